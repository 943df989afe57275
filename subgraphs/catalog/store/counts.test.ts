/** What three viewers (all, one source, nothing) are told in numbers: counts by key, tags, lists of a domain and a term. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteDomain, upsertClass } from '#platform/auth/access.ts';
import type { Viewer } from '#platform/auth/viewer.ts';
import type { Database } from '#platform/database/index.ts';
import type { LabelState } from '#platform/events/types.ts';
import { newId } from '#platform/ids.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { countStatements } from '#platform/testing/statements.ts';
import { createTestCatalog } from '../testing/catalog.ts';
import {
  administrator,
  insertAssets,
  insertDomain,
  insertSource,
  insertTerm,
  readerOf,
  readerOfNothing,
  viewerWith,
  type TestSource,
} from '../testing/factories.ts';
import { replaceLabels } from './labels.ts';

let database: TestDatabase;
let sql: Database;
let catalog: ReturnType<typeof createTestCatalog>;
let big: TestSource;
let small: TestSource;
let sales: string;
let crm: string;
let term: string;
let rare: string;
const [ada, team] = [newId(), newId()];
let ids: string[];

/** Six assets of `big`, two of `small`; one more of `big` is a tombstone with every word there is. */
beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect('catalog');
  catalog = createTestCatalog(sql);
  [big, small] = [await insertSource(sql, 'big'), await insertSource(sql, 'small')];
  [sales, crm] = [await insertDomain(sql, 'Sales'), await insertDomain(sql, 'CRM')];
  [term, rare] = [await insertTerm(sql, 'Order'), await insertTerm(sql, 'Rare')];
  const classOf = (source: TestSource, domainId: string) => upsertClass(sql, { sourceId: source.id, domainId });
  const [bigSales, bigCrm, smallCrm] = [await classOf(big, sales), await classOf(big, crm), await classOf(small, crm)];
  const path = (name: string) => ['db', 'public', name];
  const assets = [
    ...(await insertAssets(sql, big, [
      { path: path('a'), accessClass: bigSales },
      { path: path('b'), accessClass: bigSales, kind: 'VIEW' },
      { path: path('c'), accessClass: bigCrm },
      { path: path('d') },
      { path: path('e') },
      { path: path('f'), kind: 'VIEW' },
      { path: path('dead'), accessClass: bigSales, deletedAt: new Date() },
    ])),
    ...(await insertAssets(sql, small, [
      { path: path('x'), accessClass: smallCrm },
      { path: path('y'), kind: 'SCHEMA' },
    ])),
  ];
  ids = assets.map((asset) => asset.id);
  const [a, b, c, d, , , dead, x] = ids as [string, string, string, string, string, string, string, string];
  const tags: [string, string[]][] = [
    ['gold', [a, b, dead, x]],
    ['good', [a]],
    ['pii', [c, x]],
    ['gone', [dead]],
  ];
  for (const [tag, of] of tags) await sql`insert into catalog.asset_tags (asset_id, tag) select unnest(${of}::uuid[]), ${tag}`;
  for (const each of [a, b, dead, x])
    await sql`insert into catalog.asset_owners (asset_id, user_id, role) values (${each}, ${ada}, 'OWNER')`;
  await sql`insert into catalog.asset_owners (asset_id, user_id, role) values (${a}, ${ada}, 'EXPERT')`;
  await sql`insert into catalog.asset_owners (asset_id, team_id, role) values (${a}, ${team}, 'OWNER')`;
  for (const each of [a, d, dead, x]) await sql`insert into catalog.asset_terms (asset_id, term_id) values (${each}, ${term})`;
  await sql`insert into catalog.asset_terms (asset_id, term_id) values (${x}, ${rare})`;
  const labels: [string, LabelState, string[]][] = [
    ['EMAIL', 'CONFIRMED', [a, a, b, dead, x]],
    ['PHONE', 'CONFIRMED', [a]],
    ['CITY', 'REJECTED', [a, c]],
    ['AGE', 'SUGGESTED', [d]],
  ];
  const given = labels.flatMap(([label, state, of]) => of.map((assetId) => ({ assetId, columnId: newId(), label, state })));
  const told = [...Map.groupBy(given, ({ assetId }) => assetId)].map(([assetId, of]) => ({ assetId, seq: 1, labels: of }));
  await sql.begin((tx) => replaceLabels(tx, told));
});
afterAll(() => database.drop());

const viewers: [string, () => Viewer][] = [
  ['all', administrator],
  ['one source', () => readerOf(small)],
  ['nothing', readerOfNothing],
];
const ask = async (viewer: Viewer, query: string, variables: Record<string, unknown> = {}) => {
  const { data, errors } = await catalog.ask(viewer, query, variables);
  expect(errors).toEqual([]);
  return data;
};
const forAll = async (query: string, variables: Record<string, unknown> = {}) =>
  Object.fromEntries(await Promise.all(viewers.map(async ([title, viewer]) => [title, await ask(viewer(), query, variables)])));

describe('assetCounts', () => {
  const counts = async (by: string, filter: Record<string, unknown> = {}) => {
    const query = `query ($by: AssetCountKey!, $filter: AssetFilter) { assetCounts(by: $by, filter: $filter) { value count } }`;
    const answers = await forAll(query, { by, filter });
    return viewers.map(([title]) => answers[title].assetCounts.map(({ value, count }: any) => [value, count]));
  };
  /** A filter that lets everything pass and that the counters cannot answer. */
  const EXACT = { updatedAfter: '2000-01-01T00:00:00.000Z' };

  it.each([
    ['from the counters', {}],
    ['from the assets', EXACT],
  ])('are told by source, kind and domain %s, the largest first', async (_title, filter) => {
    expect(await counts('SOURCE', filter)).toEqual([
      [
        [big.id, 6],
        [small.id, 2],
      ],
      [[small.id, 2]],
      [],
    ]);
    expect(await counts('KIND', filter)).toEqual([
      [
        ['TABLE', 5],
        ['VIEW', 2],
        ['SCHEMA', 1],
      ],
      [
        ['SCHEMA', 1],
        ['TABLE', 1],
      ],
      [],
    ]);
    const equal = [
      [crm, 2],
      [sales, 2],
    ].sort(([a], [b]) => (a! < b! ? -1 : 1));
    expect(await counts('DOMAIN', filter)).toEqual([
      [['', 4], ...equal],
      [
        ['', 1],
        [crm, 1],
      ],
      [],
    ]);
  });

  it('by label count an asset once for each of its confirmed labels, on however many columns', async () => {
    const all = [
      ['', 5],
      ['EMAIL', 3],
      ['PHONE', 1],
    ];
    const mine = [
      ['', 1],
      ['EMAIL', 1],
    ];
    expect(await counts('LABEL')).toEqual([all, mine, []]);
    expect(await counts('LABEL', EXACT)).toEqual([all, mine, []]);
    expect((await counts('LABEL', { kinds: ['VIEW'] }))[0]).toEqual([
      ['', 1],
      ['EMAIL', 1],
    ]);
    expect((await counts('LABEL', { labels: ['PHONE'] }))[0]).toEqual([
      ['EMAIL', 1],
      ['PHONE', 1],
    ]);
  });

  it('by owner count an asset once for each of its owners', async () => {
    expect(await counts('OWNER')).toEqual([
      [
        ['', 5],
        [ada, 3],
        [team, 1],
      ],
      [
        ['', 1],
        [ada, 1],
      ].sort(),
      [],
    ]);
    expect(await counts('OWNER', { hasOwner: true })).toEqual([
      [
        [ada, 3],
        [team, 1],
      ],
      [[ada, 1]],
      [],
    ]);
    expect(await counts('OWNER', { hasOwner: false })).toEqual([[['', 5]], [['', 1]], []]);
    expect(await counts('OWNER', { ownerIds: [team] })).toEqual([
      [
        [ada, 1],
        [team, 1],
      ].sort(([a], [b]) => (a! < b! ? -1 : 1)),
      [],
      [],
    ]);
  });

  it('follow a filter, and count the living only', async () => {
    expect(await counts('SOURCE', { hasDomain: true })).toEqual([
      [
        [big.id, 3],
        [small.id, 1],
      ],
      [[small.id, 1]],
      [],
    ]);
    expect(await counts('KIND', { domainIds: [sales], includeDeleted: true })).toEqual([
      [
        ['TABLE', 1],
        ['VIEW', 1],
      ],
      [],
      [],
    ]);
    expect(await counts('DOMAIN', { kinds: ['VIEW'], sourceIds: [big.id] })).toEqual([
      [
        ['', 1],
        [sales, 1],
      ],
      [],
      [],
    ]);
    expect(await counts('DOMAIN', { tags: ['pii'] })).toEqual([[[crm, 2]], [[crm, 1]], []]);
    expect(await counts('SOURCE', { namespace: small.namespace })).toEqual([[[small.id, 2]], [[small.id, 2]], []]);
    expect(await counts('LABEL', { domainIds: [] })).toEqual([[], [], []]);
  });

  describe('for roles that are given', () => {
    const query = 'query ($roles: [RoleAssignmentInput!]) { assetCounts(by: SOURCE, roles: $roles) { value count } }';
    const seenBy = async (...roles: object[]) =>
      (await ask(administrator(), query, { roles })).assetCounts.map(({ value, count }: any) => [value, count]);

    it('are what a user with these would see, whoever asks', async () => {
      const [all, one, none] = await counts('SOURCE');
      expect(await seenBy({ role: 'STEWARD' })).toEqual(all);
      expect(await seenBy({ role: 'READER', sourceId: small.id.toUpperCase() })).toEqual(one);
      expect(await seenBy()).toEqual(none);
      expect(await seenBy({ role: 'INGESTOR' }, { role: 'READER', sourceId: newId() })).toEqual([]);
      expect(await seenBy({ role: 'READER', domainId: sales })).toEqual([[big.id, 2]]);
      expect(await seenBy({ role: 'READER', domainId: sales }, { role: 'STEWARD', sourceId: small.id })).toEqual(
        [
          [big.id, 2],
          [small.id, 2],
        ].sort(([a], [b]) => (a! < b! ? -1 : 1)),
      );
    });

    it('cover the subdomains of a domain, and nothing of a domain that is gone', async () => {
      const europe = await insertDomain(sql, 'Europe', sales);
      const accessClass = await upsertClass(sql, { sourceId: small.id, domainId: europe });
      const [moved] = await insertAssets(sql, small, [{ path: ['db', 'public', 'z'], accessClass }]);
      expect(await seenBy({ role: 'READER', domainId: sales })).toEqual([
        [big.id, 2],
        [small.id, 1],
      ]);
      expect(await seenBy({ role: 'READER', domainId: europe })).toEqual([[small.id, 1]]);
      await sql.begin((tx) => deleteDomain(tx, europe));
      expect(await seenBy({ role: 'READER', domainId: sales }, { role: 'READER', domainId: europe })).toEqual([[big.id, 2]]);
      await sql`update catalog.assets set deleted_at = now() where id = ${moved!.id}`;
    });

    it('are for administrators of everything, and say which role is none', async () => {
      const refused = async (viewer: Viewer | null, roles: object[]) => (await catalog.ask(viewer, query, { roles })).errors;
      const mine = [{ role: 'READER', sourceId: small.id }];
      for (const viewer of [readerOf(small), viewerWith({ role: 'STEWARD' }), viewerWith({ role: 'ADMIN', sourceId: small.id })]) {
        expect(await refused(viewer, mine)).toMatchObject([{ code: 'FORBIDDEN' }]);
        expect(await refused(viewer, [])).toMatchObject([{ code: 'FORBIDDEN' }]);
      }
      expect(await refused(null, mine)).toMatchObject([{ code: 'UNAUTHENTICATED' }]);
      const both = { role: 'READER', sourceId: small.id, domainId: sales };
      expect(await refused(administrator(), [...mine, both])).toMatchObject([{ code: 'BAD_USER_INPUT', details: { field: 'roles.1' } }]);
      expect(await refused(administrator(), [{ role: 'READER', domainId: 'sales' }])).toMatchObject([
        { code: 'BAD_USER_INPUT', details: { field: 'roles.0.domainId' } },
      ]);
    });
  });

  it('do not read the assets where the counters answer', async () => {
    const lock = database.owner.begin(async (tx) => {
      await tx`lock table catalog.assets in access exclusive mode`;
      const query = (by: string) => `{ assetCounts(by: ${by}, filter: { kinds: [TABLE], hasDomain: true }) { value count } }`;
      for (const by of ['SOURCE', 'KIND', 'DOMAIN']) expect((await ask(administrator(), query(by))).assetCounts.length).toBeGreaterThan(0);
      expect((await ask(administrator(), '{ assetCounts(by: LABEL) { value count } }')).assetCounts).toHaveLength(3);
    });
    await lock;
  });
});

describe('tags', () => {
  const query =
    'query ($prefix: String, $first: Int, $after: String) { tags(prefix: $prefix, first: $first, after: $after) { totalCount nodes { id name assetCount } pageInfo { hasNextPage endCursor } } }';
  const told = async (variables: Record<string, unknown> = {}) => {
    const answers = await forAll(query, variables);
    return viewers.map(([title]) => {
      const { totalCount, nodes } = answers[title].tags;
      return [totalCount, nodes.map(({ name, assetCount }: any) => [name, assetCount])];
    });
  };

  it('are those of living assets that the viewer sees, each with its number', async () => {
    expect(await told()).toEqual([
      [
        3,
        [
          ['gold', 3],
          ['good', 1],
          ['pii', 2],
        ],
      ],
      [
        2,
        [
          ['gold', 1],
          ['pii', 1],
        ],
      ],
      [0, []],
    ]);
    expect(await told({ prefix: 'go' })).toEqual([
      [
        2,
        [
          ['gold', 3],
          ['good', 1],
        ],
      ],
      [1, [['gold', 1]]],
      [0, []],
    ]);
    expect(await told({ prefix: 'G' })).toEqual([
      [0, []],
      [0, []],
      [0, []],
    ]);
  });

  it('come a page at a time, with ids that stay', async () => {
    const first = (await ask(administrator(), query, { first: 1, prefix: 'go' })).tags;
    expect(first).toMatchObject({ totalCount: 2, nodes: [{ name: 'gold' }], pageInfo: { hasNextPage: true } });
    const second = (await ask(administrator(), query, { first: 1, prefix: 'go', after: first.pageInfo.endCursor })).tags;
    expect(second).toMatchObject({ nodes: [{ name: 'good' }], pageInfo: { hasNextPage: false } });
    expect(second.nodes[0].id).not.toBe(first.nodes[0].id);
    expect((await ask(readerOf(small), query)).tags.nodes[0]).toEqual({ id: first.nodes[0].id, name: 'gold', assetCount: 1 });
  });
});

describe('lists', () => {
  const names = (connection: any) => [connection.totalCount, connection.nodes.map((node: any) => node.name.at(-1))];

  it('of assets follow domainIds and hasDomain', async () => {
    const list = async (filter: Record<string, unknown>) => {
      const answers = await forAll('query ($filter: AssetFilter) { assets(filter: $filter) { totalCount nodes { name } } }', { filter });
      return viewers.map(([title]) => names(answers[title].assets));
    };
    expect(await list({ domainIds: [crm] })).toEqual([
      [2, ['c', 'x']],
      [1, ['x']],
      [0, []],
    ]);
    expect(await list({ domainIds: [sales, crm.toUpperCase(), newId()], kinds: ['TABLE'] })).toEqual([
      [3, ['a', 'c', 'x']],
      [1, ['x']],
      [0, []],
    ]);
    expect(await list({ domainIds: [sales], includeDeleted: true })).toEqual([
      [3, ['a', 'b', 'd']],
      [0, []],
      [0, []],
    ]);
    expect(await list({ domainIds: [] })).toEqual([
      [0, []],
      [0, []],
      [0, []],
    ]);
    expect(await list({ hasDomain: true })).toEqual([
      [4, ['a', 'b', 'c', 'x']],
      [1, ['x']],
      [0, []],
    ]);
    expect(await list({ hasDomain: false })).toEqual([
      [4, ['d', 'e', 'f', 'y']],
      [1, ['y']],
      [0, []],
    ]);
    expect(await list({ hasDomain: true, tags: ['gold'] })).toEqual([
      [3, ['a', 'b', 'x']],
      [1, ['x']],
      [0, []],
    ]);
  });

  it('of a domain and a term hold the living that the viewer sees, by name and by page', async () => {
    const query = `query ($domain: ID!, $term: ID!) { domain(id: $domain) { assets { totalCount nodes { name } } } glossaryTerm(id: $term) { assets { totalCount nodes { name } } } }`;
    const answers = await forAll(query, { domain: crm, term });
    expect(viewers.map(([title]) => names(answers[title].domain.assets))).toEqual([
      [2, ['c', 'x']],
      [1, ['x']],
      [0, []],
    ]);
    expect(viewers.map(([title]) => names(answers[title].glossaryTerm.assets))).toEqual([
      [3, ['a', 'd', 'x']],
      [1, ['x']],
      [0, []],
    ]);
    const page =
      'query ($id: ID!, $after: String) { glossaryTerm(id: $id) { assets(first: 2, after: $after) { nodes { name } pageInfo { hasNextPage endCursor } } } }';
    const first = (await ask(administrator(), page, { id: term })).glossaryTerm.assets;
    const second = (await ask(administrator(), page, { id: term, after: first.pageInfo.endCursor })).glossaryTerm.assets;
    expect([...first.nodes, ...second.nodes].map((node: any) => node.name.at(-1))).toEqual(['a', 'd', 'x']);
    expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false]);
    const sold =
      'query ($id: ID!, $after: String) { domain(id: $id) { assets(first: 1, after: $after) { nodes { name } pageInfo { endCursor } } } }';
    const one = (await ask(administrator(), sold, { id: crm })).domain.assets;
    expect(names((await ask(administrator(), sold, { id: crm, after: one.pageInfo.endCursor })).domain.assets)[1]).toEqual(['x']);
  });
});

describe('the number of statements', () => {
  it('does not grow with the domains and terms of a page, nor with the assets', async () => {
    const of = '{ totalCount nodes { name domain { name parent { name } } terms { name parent { name } } } }';
    const query = `{ glossaryTerms { nodes { name parent { name } assets(first: 3) ${of} } } domains { nodes { name parent { name } assets(first: 3) ${of} } } assets ${of} }`;
    const count = async () => {
      await ask(administrator(), query);
      return countStatements(database.owner, 'catalog', () => ask(administrator(), query));
    };
    const more = async (index: number) => {
      const [domainId, termId] = [await insertDomain(sql, `d${index}`, sales), await insertTerm(sql, `t${index}`, term)];
      const accessClass = await upsertClass(sql, { sourceId: big.id, domainId });
      const [asset] = await insertAssets(sql, big, [{ path: ['more', 'public', `t${index}`], accessClass }]);
      await sql`insert into catalog.asset_terms (asset_id, term_id) values (${asset!.id}, ${termId})`;
    };
    await more(0);
    // Three lists and a total; the assets and totals of two kinds of node; domains and terms of assets; parents of both, twice.
    const most = 14;
    expect(await count()).toBeLessThanOrEqual(most);
    for (let index = 1; index <= 20; index++) await more(index);
    expect(await count()).toBeLessThanOrEqual(most);
  });
});
