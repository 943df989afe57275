/**
 * Random histories of a catalog and of policies over it: what was found step by step, whoever consumed what first and whatever failed and
 * was tried again, is what a full evaluation finds at the end.
 */
import { afterEach, expect, it } from 'vitest';
import { newId } from '#platform/ids.ts';
import type { ScannedAsset } from '#subgraphs/catalog/connectors/types.ts';
import { createRandom } from '#subgraphs/catalog/connectors/postgres/testing/randomSchema.ts';
import { findViolations } from './oracle.ts';
import { createStage, DATABASE, scannedSchema, table, view, type Stage } from './stage.ts';

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000_000);
/** More by hand: `ROUNDS=50 npm test -- tests/policies`. */
const ROUNDS = Number(process.env.ROUNDS ?? 3);
const STEPS = 40;
const COMPARED_EVERY = 5;
const DAY_MS = 86_400_000;

const COLUMNS = ['id', 'email', 'phone', 'Name', 'note'];
const LABELS = ['EMAIL', 'PHONE', 'MASKED'];
const TAGS = ['red', 'green'];
const PEOPLE = [newId(), newId(), newId()];
const CONSUMERS = ['policy.assets', 'policy.evaluation', 'policy.labels'];

let stage: Stage | undefined;
afterEach(() => stage?.drop());

for (let round = 0; round < ROUNDS; round++) {
  it(`finds what a full evaluation finds (SEED=${seed + round})`, async () => {
    await play(seed + round);
  });
}

async function play(number: number): Promise<void> {
  const random = createRandom(number);
  const at = (stage = await createStage());
  const sources = [await at.registerSource(), await at.registerSource()];
  const worlds = new Map(sources.map((id) => [id, createTables(random)]));
  const policies: string[] = [];
  const domains: string[] = [];
  for (const name of ['Sales', 'Stock']) {
    const { createDomain } = await at.askCatalog(
      'mutation ($input: CreateDomainInput!) { createDomain(input: $input) { domain { id } } }',
      {
        input: { name },
      },
    );
    domains.push(createDomain.domain.id);
  }
  const some = <Item>(items: readonly Item[]): Item[] => items.filter(() => random.chance(0.5));
  const scan = async (): Promise<void> => {
    const sourceId = random.pick(sources);
    const tables = worlds.get(sourceId)!;
    for (let change = random.below(4); change >= 0; change--) tables.change();
    at.system.containers.set(DATABASE, tables.scanned());
    await at.scan(sourceId);
  };
  const livingAsset = async () => {
    const rows = await at.owner<{ id: string; version: number }[]>`
      select id, version from catalog.assets where deleted_at is null and kind in ('TABLE', 'VIEW') order by namespace, name`;
    return rows.length > 0 ? random.pick(rows) : undefined;
  };

  const definition = () => (random.chance(0.3) ? random.pick(DEFINITIONS.slice(-2)) : random.pick(DEFINITIONS));
  const scope = (): object => ({
    ...(random.chance(0.3) && { kinds: random.pick([['TABLE'], ['VIEW'], ['TABLE', 'VIEW']]) }),
    ...(random.chance(0.15) && { sourceIds: some(sources) }),
    ...(random.chance(0.1) && { namePrefix: `${DATABASE}.public.${random.pick(['t', 'T'])}` }),
    ...(random.chance(0.08) && { tags: some(TAGS) }),
    ...(random.chance(0.08) && { labels: some(LABELS) }),
    ...(random.chance(0.08) && { ownerIds: some(PEOPLE) }),
    ...(random.chance(0.08) && { hasOwner: random.chance(0.5) }),
    ...(random.chance(0.08) && { domainIds: some(domains) }),
    ...(random.chance(0.08) && { hasDomain: random.chance(0.5) }),
  });

  /** Of tables or of views, one after the other: a view is judged again for what it reads. */
  const label = async (): Promise<void> => {
    const name = random.pick(['email', 'phone']);
    const columns = await at.owner<{ id: string }[]>`
      select c.id from catalog.columns c join catalog.assets a on a.id = c.asset_id
      where c.deleted_at is null and c.name = ${name} and a.kind = ${random.pick(['TABLE', 'VIEW'])} order by a.namespace, a.name`;
    const given = random.chance(0.9) ? name.toUpperCase() : random.pick(LABELS);
    for (const column of columns.filter(() => random.chance(0.5))) {
      const input = {
        columnId: column.id,
        label: given,
        state: random.chance(0.75) ? 'CONFIRMED' : random.pick(['REJECTED', 'SUGGESTED']),
      };
      await at.askPolicy('mutation ($input: SetColumnLabelInput!) { setColumnLabel(input: $input) { cursor } }', { input });
    }
  };

  const steps: (() => Promise<void>)[] = [
    scan,
    scan,
    scan,
    async function editAsset() {
      const asset = await livingAsset();
      if (!asset) return;
      const input = {
        ...asset,
        ...(random.chance(0.4) && { owners: some(PEOPLE).map((userId) => ({ userId, role: random.pick(['OWNER', 'STEWARD'] as const) })) }),
        ...(random.chance(0.3) && { description: random.pick([null, 'x', 'What people say of it']) }),
        ...(random.chance(0.3) && { tags: some(TAGS) }),
        ...(random.chance(0.3) && { domainId: random.pick([null, ...domains]) }),
      };
      await at.askCatalog('mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { cursor } }', { input });
    },
    label,
    label,
    label,
    async function publish() {
      if (policies.length < 8) policies.push(await at.publish({ ...definition(), scope: random.chance(0.4) ? {} : scope() }));
    },
    async function republish() {
      if (policies.length === 0) return;
      const id = random.pick(policies);
      const [row] = await at.owner`select rule_type from policy.policies where id = ${id}`;
      const same = DEFINITIONS.filter(({ ruleType }) => ruleType === row!.ruleType);
      await at.republish(id, { params: random.pick(same).params, scope: scope(), severity: random.pick(['INFO', 'CRITICAL'] as const) });
    },
    async function retire() {
      if (policies.length > 2 && random.chance(0.5)) await at.retire(policies.splice(random.below(policies.length), 1)[0]!);
    },
    async function decide() {
      const [violation] = await at.owner`
        select id from policy.violations where status in ('OPEN', 'ACKNOWLEDGED') order by policy_id, asset_id, column_name limit 1 offset ${random.below(5)}`;
      if (!violation) return;
      if (random.chance(0.5))
        await at.askPolicy('mutation ($id: ID!) { acknowledgeViolation(input: { id: $id }) { cursor } }', { id: violation.id });
      else
        await at.askPolicy(
          'mutation ($id: ID!, $until: DateTime!) { waiveViolation(input: { id: $id, because: "known", until: $until }) { cursor } }',
          { id: violation.id, until: new Date(Date.now() + DAY_MS).toISOString() },
        );
    },
  ];

  const consume: (() => Promise<unknown>)[] = [
    () => at.seal(),
    () => at.drain(at.consumer(random.pick(CONSUMERS))),
    () => at.drain(at.consumer('policy.evaluation')),
    () => at.work(),
    () => at.work({ batches: 1 }),
    async () => at.restart(),
    // Events of one consumer fail, and some of them to the end: they are redriven later, in whatever order.
    async () => {
      const name = random.pick(CONSUMERS);
      at.restart([`consumer:${name}`]);
      for (let turn = 0; turn < 12; turn++) await at.consumer(name).runOnce();
      at.restart();
      await at.owner`
        update events.failures set retry_at = case when ${random.chance(0.5)} then null else clock_timestamp() end where consumer = ${name}`;
    },
    async () =>
      void (await at.owner`update events.failures set retry_at = clock_timestamp() - random() * interval '1 minute' where retry_at is null`),
  ];

  await scan();
  policies.push(await at.publish(DEFINITIONS.at(-1)!));
  for (let step = 1; step <= STEPS; step++) {
    await random.pick(steps)();
    for (let turn = random.below(4); turn > 0; turn--) await random.pick(consume)();
    if (step % COMPARED_EVERY !== 0) continue;
    await at.owner`update events.failures set retry_at = clock_timestamp() - random() * interval '1 minute'`;
    await at.settle();
    await compare(at);
  }
}

async function compare({ owner }: Stage): Promise<void> {
  const found = await owner`select policy_id, asset_id, column_id from policy.violations where status <> 'RESOLVED'`;
  expect(found.map((row) => `${row.policyId} ${row.assetId} ${row.columnId ?? '-'}`).toSorted()).toEqual(await findViolations(owner));
  // Who sees a violation goes by its asset, and what it says by its policy.
  const astray = await owner`
    select v.id from policy.violations v join catalog.assets a on a.id = v.asset_id
    where (v.access_class, v.source_id) is distinct from (a.access_class, a.source_id)`;
  expect(astray).toHaveLength(0);
  const outdated = await owner`
    select v.id from policy.violations v join policy.policies p on p.id = v.policy_id
    where v.status <> 'RESOLVED' and (v.severity <> p.severity or p.status <> 'PUBLISHED')`;
  expect(outdated).toHaveLength(0);
  // Of each violation the log tells that it began, and that it ended if it did.
  const untold = await owner`
    select v.id from policy.violations v left join events.log l on l.subject = v.id::text and l.type in ('policy.violated', 'policy.resolved')
    group by v.id, v.status having string_agg(l.type, ' ' order by l.seq) <> case v.status when 'RESOLVED' then 'policy.violated policy.resolved' else 'policy.violated' end
      or count(l.seq) = 0`;
  expect(untold).toHaveLength(0);
}

const DEFINITIONS: { ruleType: string; params: object }[] = [
  { ruleType: 'ownerRequired', params: {} },
  { ruleType: 'ownerRequired', params: { role: 'STEWARD' } },
  { ruleType: 'descriptionRequired', params: { minLength: 5 } },
  { ruleType: 'descriptionRequired', params: { columns: true } },
  { ruleType: 'namingConvention', params: { pattern: '^[a-z_0-9]+$', target: 'asset' } },
  { ruleType: 'namingConvention', params: { pattern: '^[a-z]+$', target: 'column' } },
  { ruleType: 'labelRequired', params: { labels: ['EMAIL'] } },
  { ruleType: 'labelRequired', params: { labels: ['PHONE', 'EMAIL'] } },
  { ruleType: 'noUnmaskedLabel', params: { labels: ['EMAIL'] } },
  { ruleType: 'noUnmaskedLabel', params: { labels: ['EMAIL', 'PHONE'] } },
];

type Base = { native: string; name: string; columns: string[]; comment: string | null; isThere: boolean };
type View = { native: string; name: string; of: Base; columns: string[]; masked: string[]; isThere: boolean };

/** Tables and views of a source as they could follow each other in PostgreSQL: a view never reads a column that is not there. */
function createTables(random: ReturnType<typeof createRandom>) {
  let serial = 0;
  const bases: Base[] = [];
  const views: View[] = [];
  const fresh = (): string => `${random.pick(['t', 'T'])}${++serial}_${random.below(100)}`;
  const some = (items: readonly string[]): string[] => items.filter(() => random.chance(0.6));
  const shown = (base: Base): Pick<View, 'columns' | 'masked'> => ({
    columns: base.columns.filter(() => random.chance(0.9)),
    masked: base.columns.filter(() => random.chance(0.25)),
  });
  const add = (): void => {
    bases.push({ native: newId(), name: fresh(), columns: ['id', ...some(COLUMNS.slice(1))], comment: null, isThere: true });
  };
  const changes: (() => void)[] = [
    add,
    () => {
      const base = random.pick(bases);
      views.push({ native: newId(), name: fresh(), of: base, ...shown(base), isThere: true });
    },
    // A view that stays behind: its table cannot be read any more.
    () => {
      const base = random.pick(bases);
      base.isThere = !base.isThere;
      if (random.chance(0.7)) for (const each of views.filter(({ of }) => of === base)) each.isThere = base.isThere;
    },
    () => void (random.pick(bases).name = fresh()),
    () => void (random.pick(bases).comment = random.pick([null, '', 'A comment of the source'])),
    () => {
      const base = random.pick(bases);
      for (const name of COLUMNS.slice(1)) if (!base.columns.includes(name) && random.chance(0.5)) base.columns.push(name);
    },
    () => {
      const base = random.pick(bases);
      if (!views.some(({ of }) => of === base)) base.columns = ['id', ...some(base.columns.slice(1))];
    },
    () => {
      const each = random.pick(views);
      if (each) Object.assign(each, shown(each.of));
    },
  ];
  for (let count = 0; count < 4; count++) add();
  for (const base of bases) views.push({ native: newId(), name: fresh(), of: base, ...shown(base), isThere: true });
  return {
    change: () => random.pick(changes)(),
    scanned: (): ScannedAsset[] => [
      ...scannedSchema(),
      ...bases
        .filter(({ isThere }) => isThere)
        .map(({ native, name, columns, comment }) => ({ ...table(name, columns), nativeId: native, comment })),
      ...views
        .filter(({ isThere }) => isThere)
        .map(({ native, name, of, columns, masked }) => {
          const outputs = columns.map((column) => (masked.includes(column) ? `md5(t.${column}) AS ${column}` : `t.${column} AS ${column}`));
          return {
            ...view(name, columns, `SELECT ${outputs.join(', ')} FROM public.${of.name} t`, { [of.name]: columns }),
            nativeId: native,
          };
        }),
    ],
  };
}
