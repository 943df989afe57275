/** Values for arguments and input fields: valid ones, ones of others, and hostile ones. */
import { isEnumType, isInputObjectType, isListType, isNonNullType, type GraphQLInputType } from 'graphql';
import type { createRandom } from '#subgraphs/catalog/connectors/postgres/testing/randomSchema.ts';

export type Random = ReturnType<typeof createRandom>;

/** As JSON, and as the text of a GraphQL literal. */
export type Value = { json: unknown; text: string };

export type Known = {
  /** Ids by the noun of what they are of: of what the limited viewer sees, and of what it does not. */
  seen: ReadonlyMap<string, readonly string[]>;
  hidden: ReadonlyMap<string, readonly string[]>;
  /** Names, and words of names. */
  seenWords: readonly string[];
  hiddenWords: readonly string[];
  /** Cursors that any viewer was given. */
  cursors: readonly string[];
  /** What events of runs may name: assets of both, and none. */
  datasets: readonly { namespace: string; name: string }[];
  /** Of a database that may be registered. */
  databaseUrls: readonly string[];
};

/** `coordinate`: the argument or input field, such as `Query.asset.id` or `UpdateAssetInput.id`. A write puts no words of sources where others read them. */
export type Asked = { random: Random; known: Known; isWrite: boolean; coordinate: string };

const UNKNOWN_IDS = [
  '01a20000-0000-7000-8000-000000000000',
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
];
const TEXTS = [
  '',
  ' ',
  'word',
  'two words',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'x\udfffy',
  '\u202eoverride\u202c',
  '\ufeffbom',
  'e\u0301 \u00e9 ﬁ İ ı ß',
  '日本語 👩‍👩‍👧‍👦 🏳️‍🌈',
  '\u2028\u2029\u0085',
  'a\tb\nc\rd\u0007\u001b[31m',
  "'; drop table users; --",
  '" or ""="',
  '%_\\%',
  '\\',
  '$1 ${x} {{x}} #{x}',
  '<script>alert(1)</script>',
  '../../etc/passwd',
  '(a+)+$',
  '[',
  '^(?=x)\\1',
  '*/5 * * * *',
  '60 24 32 13 8',
  'null',
  '-1',
  '1e999',
  'NaN',
  '__proto__',
  'constructor',
  'x'.repeat(300),
  'ü'.repeat(10_000),
  '🦊'.repeat(5_000),
  'a&b|c!(d):*',
  'READER',
  'postgres',
  'EMAIL',
  'namingConvention',
  'someone@example.org',
  'asset.*',
  '*',
];
const DATES = [
  '2026-03-01T12:00:00.000Z',
  '2001-01-01T00:00:00Z',
  '2999-12-31T23:59:59.999Z',
  '9999-12-31T23:59:59.999Z',
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '+275760-09-13T00:00:00.000Z',
  '+275760-09-13T00:00:00.001Z',
  '-271821-04-20T00:00:00.000Z',
  '-000001-01-01T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '2026-03-01T12:00:00.123456789Z',
  '2026-03-01T12:00:00+14:00',
  '2026-03-01T12:00:60Z',
  '2026-03-01',
  'tomorrow',
  '',
  'infinity',
];
const INTEGERS = [0, 1, 2, 3, 5, 10, 50, 100, 200, 201, -1, 1_000, 5_000, 5_001, 1_000_000, 2_147_483_647, -2_147_483_648];
const ODD_NUMBERS = [2_147_483_648, 0.5, 1e308, -0, 9_007_199_254_740_992];

/** What an id is asked of, by where it stands; the first that fits. */
const NOUNS: readonly [RegExp, string][] = [
  [/RemoveSourceInput/, 'spare'],
  [/columnIds?$|Column\w*Input\.id$|Query\.column\.id|WaiveColumn/i, 'column'],
  [/scanRun|runId|ScanRunInput\.id$/i, 'scanRun'],
  [/Query\.run\.id/, 'run'],
  [/Query\.job\.id/, 'job'],
  [/sourceIds?$|SourceInput\.id$|PreviewScanInput\.id$|Query\.source\.id/i, 'source'],
  [/scanId|ScanInput\.id$|Query\.scan\.id/i, 'scan'],
  [/domainIds?$|DomainInput\.(id|parentId)$|Query\.domain\.id/i, 'domain'],
  [/termIds?$|TermInput\.(id|parentId)$|Query\.glossaryTerm\.id/i, 'term'],
  [/teamId|TeamInput\.id$/i, 'team'],
  [/userId|memberIds|ownerIds|actorId|Query\.user\.id/i, 'user'],
  [/policyIds?$|PolicyInput\.id$|Query\.policy\.id/i, 'policy'],
  [/Violations?Input\.ids?$|Query\.violation\.id/i, 'violation'],
  [/Query\.event\.id/, 'event'],
  [/DeadLetter/, 'deadLetter'],
  [/ApiToken/, 'token'],
  [/TestSourceInput\.connector|RegisterSourceInput\.connector/, 'connector'],
  [/./, 'asset'],
];

const value = (json: unknown): Value => ({ json, text: literal(json) });

/** A literal of GraphQL for what JSON can say. */
function literal(json: unknown): string {
  if (Array.isArray(json)) return `[${json.map(literal).join(' ')}]`;
  if (json !== null && typeof json === 'object')
    return `{ ${Object.entries(json)
      .map(([name, each]) => `${/^[a-z_]\w*$/i.test(name) ? name : 'odd'}: ${literal(each)}`)
      .join(' ')} }`;
  return json === undefined ? 'null' : (JSON.stringify(json) ?? 'null');
}

export function makeId({ random, known, coordinate }: Asked): Value {
  const noun = NOUNS.find(([place]) => place.test(coordinate))![1];
  if (noun === 'connector') return value(random.chance(0.9) ? 'postgres' : random.pick(TEXTS));
  const of = (ids: Known['seen'], which: string): string | undefined => {
    const list = ids.get(which) ?? [];
    return list.length > 0 ? random.pick(list) : undefined;
  };
  const dice = random.below(100);
  if (dice < 50) return value(of(known.seen, noun) ?? random.pick(UNKNOWN_IDS));
  if (dice < 72) return value(of(known.hidden, noun) ?? random.pick(UNKNOWN_IDS));
  // Of something else: not of a source where it could be removed.
  if (dice < 82 && noun !== 'spare') return value(of(random.pick([known.seen, known.hidden]), random.pick([...known.seen.keys()])) ?? '');
  if (dice < 90) return value(random.pick(UNKNOWN_IDS));
  if (dice < 93) return value((of(known.seen, noun) ?? UNKNOWN_IDS[0]!).toUpperCase());
  if (dice < 95) return value(random.pick([0, -1, 2_147_483_648, 9_007_199_254_740_991]));
  return value(random.pick(TEXTS));
}

export function makeText({ random, known, isWrite, coordinate }: Asked): Value {
  if (coordinate.endsWith('.after')) return value(makeCursor(random, known));
  if (coordinate.endsWith('Token') && random.chance(0.5)) return value(`pursight_${'A'.repeat(84)}`);
  const words = isWrite ? [] : [...known.seenWords, ...known.hiddenWords];
  return value(random.chance(0.5) && words.length > 0 ? random.pick(words) : random.pick(TEXTS));
}

function makeCursor(random: Random, known: Known): string {
  const cursor = known.cursors.length > 0 && random.chance(0.85) ? random.pick(known.cursors) : random.pick(TEXTS);
  if (cursor === '' || random.chance(0.6)) return cursor;
  const at = random.below(cursor.length);
  return random.pick([
    cursor.slice(0, at),
    `${cursor.slice(0, at)}A${cursor.slice(at + 1)}`,
    Buffer.from(JSON.stringify(['\u0000', 1e308, null])).toString('base64url'),
    Buffer.from(Buffer.from(cursor, 'base64url').toString('latin1').replaceAll(/\d/g, '9'), 'latin1').toString('base64url'),
    '1.-1',
    '9999999999999999999.99999999999999999999',
  ]);
}

const DEEP = 2_000;

const JSON_OF_NOTHING: readonly unknown[] = [
  {},
  [],
  null,
  0,
  '',
  true,
  { a: '\u0000' },
  { '\u0000': 1 },
  { '\ud800': '\ud800' },
  JSON.parse('{"__proto__":{"admin":true},"constructor":{"prototype":{}}}'),
  { big: 1e308, small: -5e-324 },
  'x'.repeat(20_000),
];

/** Scopes, parameters, configurations and events that are right, wrong in one place, or nothing of the kind. */
export function makeJson(asked: Asked): Value {
  const { random, coordinate } = asked;
  if (random.chance(0.02)) return { json: nested(DEEP), text: `${'['.repeat(DEEP)}${']'.repeat(DEEP)}` };
  if (random.chance(0.3)) return value(random.pick(JSON_OF_NOTHING));
  if (coordinate.endsWith('.scope')) return value(makeScope(asked));
  if (coordinate.endsWith('.config')) return value(makeConfig(asked));
  if (coordinate.endsWith('.events')) return value(makeRunEvent(asked));
  const text = random.pick(TEXTS);
  return value(
    random.pick<unknown>([
      { pattern: '^[a-z_.]+$', target: 'asset' },
      { pattern: text, target: 'column' },
      { pattern: '(a+)+$', target: 'asset' },
      { labels: ['EMAIL'] },
      { labels: [text] },
      { minOwners: 1 },
      { days: 1e308 },
      { role: 'OWNER' },
    ]),
  );
}

function makeScope({ random, known, isWrite }: Asked): unknown {
  const sourceIds = isWrite ? [] : [...(known.seen.get('source') ?? []), ...(known.hidden.get('source') ?? [])].slice(0, 3);
  const text = random.pick(TEXTS);
  return random.pick<unknown>([
    { kinds: ['TABLE'] },
    { sourceIds },
    { namePrefix: text },
    { tags: [text] },
    { updatedAfter: random.pick(DATES) },
    { kinds: 'TABLE', hasOwner: 1 },
    { domainIds: [text, ...(known.seen.get('domain') ?? [])] },
    { labels: ['EMAIL'], hasOwner: false },
  ]);
}

function makeConfig({ random, known }: Asked): unknown {
  const odd = ['postgres://nobody:x@127.0.0.1:1/none', 'postgres://', `postgres://u:p@127.0.0.1:1/${encodeURIComponent('🦊')}`];
  const url = random.pick([...known.databaseUrls, ...odd]);
  const text = random.pick(TEXTS);
  return random.pick<unknown>([
    { url },
    { url, password: text },
    { url, schemas: [text] },
    { url: 5 },
    { url: '***' },
    { url, more: text },
  ]);
}

/** Of OpenLineage. */
export function makeRunEvent({ random, known }: Pick<Asked, 'random' | 'known'>): unknown {
  const sometimes = (right: unknown, odds: readonly unknown[] = TEXTS): unknown =>
    random.chance(0.9) ? right : random.pick<unknown>([...odds, null, 5, {}, []]);
  const table = (): unknown => {
    const { namespace, name } = random.pick(known.datasets);
    return sometimes({ namespace: sometimes(namespace), name: sometimes(name) });
  };
  const tables = (): unknown => sometimes(Array.from({ length: random.below(4) }, table));
  const inputField = { ...random.pick(known.datasets), field: sometimes('id'), transformations: [{ type: sometimes('DIRECT') }] };
  const fields = { id: { inputFields: sometimes([inputField]) }, [random.pick(TEXTS)]: sometimes({ inputFields: [] }) };
  return {
    eventType: sometimes(random.pick(['START', 'RUNNING', 'COMPLETE', 'COMPLETE', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER'])),
    eventTime: sometimes('2026-03-01T12:00:00.000Z', DATES),
    producer: sometimes('https://example.org/producer'),
    schemaURL: sometimes('https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent'),
    run: sometimes({ runId: sometimes(`01a20000-0000-7000-8000-00000000000${random.below(10)}`), facets: sometimes({}) }),
    job: sometimes({ namespace: sometimes('jobs'), name: sometimes(`job ${random.below(5)}`) }),
    inputs: tables(),
    outputs: random.chance(0.5)
      ? tables()
      : [{ ...random.pick(known.datasets), facets: { columnLineage: sometimes({ fields: sometimes(fields) }) } }],
  };
}

function nested(depth: number): unknown {
  let inner: unknown = [];
  for (let level = 0; level < depth; level++) inner = [inner];
  return inner;
}

function makeLeaf(asked: Asked, name: string): Value {
  const { random, coordinate } = asked;
  if (name === 'ID') return makeId(asked);
  if (name === 'String') return makeText(asked);
  if (name === 'JSON') return makeJson(asked);
  if (name === 'DateTime') {
    const near = new Date(Date.now() + (random.below(200_000) - 100_000) * 1_000).toISOString();
    return value(random.chance(0.5) ? near : random.pick(DATES));
  }
  if (name === 'Boolean') return value(random.chance(0.5));
  if (random.chance(0.02)) return value(random.pick(ODD_NUMBERS));
  if (coordinate.endsWith('version')) return value(1 + random.below(4));
  // Small ones mostly: what costs too much is refused before anything is done.
  return value(random.chance(0.75) ? 1 + random.below(8) : random.pick(INTEGERS));
}

export function makeValue(type: GraphQLInputType, asked: Asked, depth = 0): Value {
  const { random } = asked;
  if (isNonNullType(type)) return random.chance(0.002) ? value(null) : makeValue(type.ofType, asked, depth);
  if (random.chance(0.04)) return value(null);
  if (random.chance(0.003)) return value(random.pick<unknown>(['x', 1, [], {}, [[null]], true]));
  if (isListType(type)) {
    const many = random.chance(0.02) ? 201 + random.below(2) : random.below(4);
    const items = Array.from({ length: many }, () => makeValue(type.ofType as GraphQLInputType, asked, depth));
    return { json: items.map(({ json }) => json), text: `[${items.map(({ text }) => text).join(' ')}]` };
  }
  if (isEnumType(type)) {
    const name = random.chance(0.97) ? random.pick(type.getValues()).name : 'NOTHING';
    return { json: name, text: name };
  }
  if (!isInputObjectType(type)) return makeLeaf(asked, type.name);
  const fields = Object.values(type.getFields()).filter((field) => isNonNullType(field.type) || random.chance(depth > 2 ? 0.2 : 0.45));
  const made = fields
    .filter(() => !random.chance(0.005))
    .map((field): [string, Value] => [
      field.name,
      makeValue(field.type, { ...asked, coordinate: `${type.name}.${field.name}` }, depth + 1),
    ]);
  return {
    json: Object.fromEntries(made.map(([name, { json }]) => [name, json])),
    text: `{ ${made.map(([name, { text }]) => `${name}: ${text}`).join(' ')} }`,
  };
}
