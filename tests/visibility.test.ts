/** Who sees what, through every root field; and what one page costs. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { createWorld, type Ask, type World } from './world.ts';

let world: World;
let a: { id: string; namespace: string; database: string };
let b: typeof a;
let reader: Ask & { id: string };
let nobody: Ask;
let ingestor: Ask;

async function addSource(name: string): Promise<typeof a> {
  const source = await createEmptyDatabase();
  await source.sql.unsafe(
    `create schema s; ${Array.from({ length: 60 }, (_, index) => `create table s.${name}_${index} (id int primary key, ${name}_column text);`).join('')}`,
  );
  const registered = await world.addSource(name, { url: source.url });
  expect(await world.scan(registered.id)).toMatchObject({ status: 'COMPLETED' });
  return { ...registered, database: new URL(source.url).pathname.slice(1) };
}

beforeAll(async () => {
  world = await createWorld();
  a = await addSource('alpha');
  b = await addSource('beta');
  reader = await world.createUser([{ role: 'READER', sourceId: a.id }]);
  nobody = await world.createUser([{ role: 'READER', sourceId: '01a20000-0000-7000-8000-000000000000' }]);
  ingestor = await world.createUser([{ role: 'INGESTOR' }]);
  await world.sealed();
});
afterAll(() => world.stop());

const codes = (answer: Awaited<ReturnType<Ask>>) => answer.errors?.map((error) => error.extensions.code);

describe('a reader of one source', () => {
  it('finds nothing of another in any list, total, name, id, column or event', async () => {
    const hidden =
      await world.admin(`{ assets(first: 200, filter: { sourceIds: ["${b.id}"] }) { nodes { id name columns { nodes { id } } } }
      source(id: "${b.id}") { scans { id } lastRun { id } } events(first: 200, types: ["scan.*", "source.*", "asset.*"]) { nodes { id subject data } } }`);
    const ids: string[] = hidden.assets.nodes.map((node: { id: string }) => node.id);
    const table = hidden.assets.nodes.find((node: { columns: { nodes: unknown[] } }) => node.columns.nodes.length > 0);
    const mine = new Set(
      (await world.admin(`{ assets(first: 200, filter: { sourceIds: ["${a.id}"] }) { nodes { id } } }`)).assets.nodes.map(
        (node: { id: string }) => node.id,
      ),
    );
    const event = hidden.events.nodes.find((node: { subject: string }) => ids.includes(node.subject));
    const { data, errors } = await reader(
      `query ($ids: [ID!]!, $namespace: String!, $name: String!) {
        sources { totalCount nodes { id } } source(id: "${b.id}") { id } scan(id: "${hidden.source.scans[0].id}") { id } scanRun(id: "${hidden.source.lastRun.id}") { id }
        assets(first: 200) { totalCount nodes { id name parent { id } source { id } } } filtered: assets(filter: { sourceIds: ["${b.id}"] }) { totalCount nodes { id } }
        prefixed: assets(filter: { namePrefix: "${b.database}" }) { totalCount nodes { id } }
        asset(id: "${ids[0]}") { id } assetsById(ids: $ids) { id } assetByName(namespace: $namespace, name: $name) { id }
        column(id: "${table.columns.nodes[0].id}") { id } columns(first: 200) { totalCount nodes { name asset { id } } } beta: columns(filter: { namePrefix: "beta" }) { totalCount nodes { id } }
        events(first: 200) { totalCount nodes { type subject data } } event(id: "${event.id}") { id }
      }`,
      { ids: ids.slice(0, 100), namespace: b.namespace, name: `${b.database}.s.beta_1` },
    );
    expect(errors).toBeUndefined();
    expect(data.sources).toEqual({ totalCount: 1, nodes: [{ id: a.id }] });
    expect([data.source, data.scan, data.scanRun, data.asset, data.assetByName, data.column, data.event]).toEqual(Array(7).fill(null));
    expect(data.assetsById.every((each: unknown) => each === null)).toBe(true);
    expect(data.assets.totalCount).toBe(mine.size);
    expect(data.assets.nodes.every((node: { id: string }) => mine.has(node.id))).toBe(true);
    for (const list of ['filtered', 'prefixed', 'beta']) expect(data[list]).toEqual({ totalCount: 0, nodes: [] });
    expect(data.columns.totalCount).toBe(120);
    expect(data.columns.nodes.every((node: { asset: { id: string } }) => mine.has(node.asset.id))).toBe(true);
    expect(data.events.nodes.length).toBeGreaterThan(60);
    expect(data.events.nodes.length).toBe(Math.min(200, data.events.totalCount));
    const text = JSON.stringify(data.events.nodes);
    expect(text).not.toContain(b.id);
    expect(text).not.toContain('beta');
    expect(data.events.nodes.some((node: { type: string }) => node.type.startsWith('identity.'))).toBe(false);
  });

  it('may not change it: NOT_FOUND for what is hidden, FORBIDDEN for what is seen', async () => {
    const assetOf = async (source: typeof a) =>
      (await world.admin(`{ assets(first: 1, filter: { sourceIds: ["${source.id}"], kinds: [TABLE] }) { nodes { id } } }`)).assets.nodes[0]
        .id;
    const update = (id: string) =>
      reader('mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { cursor } }', {
        input: { id, version: 1, description: 'x' },
      });
    expect(codes(await update(await assetOf(b)))).toEqual(['NOT_FOUND']);
    expect(codes(await update(await assetOf(a)))).toEqual(['FORBIDDEN']);
    expect(codes(await reader(`mutation { startScan(input: { sourceId: "${b.id}" }) { cursor } }`))).toEqual(['NOT_FOUND']);
    expect(codes(await reader(`mutation { startScan(input: { sourceId: "${a.id}" }) { cursor } }`))).toEqual(['FORBIDDEN']);
    expect(codes(await reader(`mutation { removeSource(input: { id: "${a.id}" }) { cursor } }`))).toEqual(['FORBIDDEN']);
    expect(
      codes(
        await reader(
          'mutation { registerSource(input: { name: "x", connector: "postgres", config: { url: "postgres://u:p@h/d" } }) { cursor } }',
        ),
      ),
    ).toEqual(['FORBIDDEN']);
    expect((await reader(`{ source(id: "${a.id}") { config } }`)).data.source.config).toEqual({});
  });
});

describe('others', () => {
  it('gives a reader of an empty source empty lists', async () => {
    const { data, errors } = await nobody(
      '{ sources { totalCount nodes { id } } assets { totalCount nodes { id } } columns { totalCount nodes { id } } events { totalCount nodes { id } } }',
    );
    expect(errors).toBeUndefined();
    for (const list of Object.values(data)) expect(list).toEqual({ totalCount: 0, nodes: [] });
  });

  it('gives a viewer without a reading role FORBIDDEN, but for itself', async () => {
    expect((await ingestor('{ me { name roles { role } } }')).data.me.roles).toEqual([{ role: 'INGESTOR' }]);
    for (const field of [
      'assets { nodes { id } }',
      'sources { nodes { id } }',
      'columns { nodes { id } }',
      'events { nodes { id } }',
      'users { nodes { id } }',
      'connectors { id }',
    ]) {
      expect([field, codes(await ingestor(`{ ${field} }`))]).toEqual([field, ['FORBIDDEN']]);
    }
  });

  it('tells the anonymous UNAUTHENTICATED', async () => {
    for (const field of ['me { id }', 'assets { nodes { id } }', 'sources { nodes { id } }', '__typename', '__schema { types { name } }']) {
      expect([field, codes(await world.anonymous(`{ ${field} }`))]).toEqual([field, ['UNAUTHENTICATED']]);
    }
  });

  it('counts a changed role for the next operation', async () => {
    const user = await world.createUser([{ role: 'READER', sourceId: a.id }]);
    expect((await user('{ sources { totalCount } }')).data.sources.totalCount).toBe(1);
    await world.admin('mutation ($input: SetUserRolesInput!) { setUserRoles(input: $input) { cursor } }', {
      input: { userId: user.id, roles: [{ role: 'READER' }] },
    });
    expect((await user('{ sources { totalCount } }')).data.sources.totalCount).toBe(2);
  });
});

describe('a reader of a domain', () => {
  it('sees what is in it and below from the moment that it is there, its columns and events too, until the domain is removed', async () => {
    const create = async (name: string, parentId: string | null = null): Promise<string> =>
      (
        await world.admin('mutation ($input: CreateDomainInput!) { createDomain(input: $input) { domain { id } } }', {
          input: { name, parentId },
        })
      ).createDomain.domain.id;
    const parent = await create('Finance');
    const domainId = await create('Ledgers', parent);
    const user = await world.createUser([{ role: 'READER', domainId: parent }]);
    const inside = await world.createUser([{ role: 'READER', domainId }]);
    const { assets } = await world.admin(
      `{ assets(first: 2, filter: { sourceIds: ["${b.id}"], kinds: [TABLE] }) { nodes { id name version } } }`,
    );
    await world.admin('mutation ($input: UpdateAssetsInput!) { updateAssets(input: $input) { results { error { code } } } }', {
      input: { items: assets.nodes.map(({ id, version }: { id: string; version: number }) => ({ id, version, domainId })) },
    });
    await world.consumed();
    const query = `{ assets { totalCount nodes { name source { id } domain { name parent { name } } } } columns { totalCount }
      assetCounts(by: DOMAIN) { value count } events(types: ["asset.*"]) { totalCount } search(query: "beta") { totalCount } me { roles { domainId } } }`;
    for (const ask of [user, inside]) {
      const { data } = await ask(query);
      expect(data).toMatchObject({
        assets: { totalCount: 2, nodes: assets.nodes.map(({ name }: { name: string }) => ({ name, source: null })) },
        columns: { totalCount: 4 },
        assetCounts: [{ value: domainId, count: 2 }],
        events: { totalCount: 2 },
        search: { totalCount: 2 },
      });
      expect(data.assets.nodes[0].domain).toEqual({ name: 'Ledgers', parent: { name: 'Finance' } });
    }
    expect(codes(await user(`mutation { removeDomain(input: { id: "${domainId}" }) { cursor } }`))).toEqual(['FORBIDDEN']);

    await world.admin(`mutation { removeDomain(input: { id: "${domainId}" }) { cursor } }`);
    expect((await user(query)).data).toMatchObject({
      assets: { totalCount: 0 },
      columns: { totalCount: 0 },
      assetCounts: [],
      search: { totalCount: 0 },
    });
    await world.consumed();
    expect((await user(query)).data.me.roles).toEqual([{ domainId: parent }]);
    expect((await inside('{ me { roles { domainId } } }')).data.me.roles).toEqual([]);
    expect(codes(await inside('{ assets { totalCount } }'))).toEqual(['FORBIDDEN']);
    await world.sealed(); // what the consumer itself told
    const { events } = await world.admin(`{ events(types: ["identity.rolesChanged"], subject: "${inside.id}") { nodes { data } } }`);
    expect(events.nodes).toEqual([{ data: { before: [{ role: 'READER', sourceId: null, domainId }], after: [] } }]);
  });
});

describe('cost', () => {
  it('reads 50 assets with owners and columns in at most 8 statements', async () => {
    const { me } = await world.admin('{ me { id } }');
    const { assets } = await world.admin('{ assets(first: 50, filter: { kinds: [TABLE] }) { nodes { id version } } }');
    await world.admin('mutation ($input: UpdateAssetsInput!) { updateAssets(input: $input) { results { error { code } } } }', {
      input: {
        items: assets.nodes.map((node: { id: string; version: number }) => ({
          ...node,
          owners: [{ userId: me.id, role: 'OWNER' }],
          tags: ['checked'],
        })),
      },
    });
    const page =
      '{ assets(first: 50, filter: { kinds: [TABLE] }) { nodes { name tags owners { role user { name } } columns { nodes { name nativeType } } } } }';
    await world.owner`create extension if not exists pg_stat_statements`;
    await reader(page);
    // What is done in the background is none of the page's cost.
    await world.consumed();
    await world.owner`select pg_stat_statements_reset(0, (select oid from pg_database where datname = current_database()), 0)`;
    const { data } = await reader(page);
    expect(data.assets.nodes).toHaveLength(50);
    expect(data.assets.nodes.every((node: { owners: unknown[]; columns: { nodes: unknown[] } }) => node.columns.nodes.length === 2)).toBe(
      true,
    );
    const statements = await world.owner<{ query: string; calls: number }[]>`
      select s.query, s.calls from pg_stat_statements s join pg_roles r on r.oid = s.userid
      where s.dbid = (select oid from pg_database where datname = current_database())
        and r.rolname ~ '_(catalog|identity)$' and s.query !~* '^(begin|commit|set|rollback)'
        and s.query !~* 'scan_runs|from catalog.scans|from events.cursors'`;
    const calls = statements.reduce((sum, { calls: each }) => sum + Number(each), 0);
    expect(calls, statements.map((row) => row.query).join('\n')).toBeLessThanOrEqual(8);
    expect(calls).toBeGreaterThanOrEqual(4);
  });

  it('pages through all while others are added: none twice, none lost', async () => {
    const source = await createEmptyDatabase();
    await source.sql.unsafe(
      Array.from({ length: 500 }, (_, index) => `create table t_${String((index * 7919) % 500).padStart(4, '0')} (id int);`).join(''),
    );
    const { id } = await world.addSource('paging', { url: source.url });
    await world.scan(id);
    const before: string[] = [];
    for (let after: string | null = null; ;) {
      const { assets }: any = await world.admin(
        'query ($after: String, $filter: AssetFilter) { assets(first: 60, after: $after, filter: $filter) { nodes { id } pageInfo { hasNextPage endCursor } } }',
        { after, filter: { sourceIds: [id], kinds: ['TABLE'] } },
      );
      before.push(...assets.nodes.map((node: { id: string }) => node.id));
      if (!assets.pageInfo.hasNextPage) break;
      after = assets.pageInfo.endCursor;
      await source.sql.unsafe(`create table u_${before.length} (id int); create table a_${before.length} (id int)`);
      await world.scan(id);
    }
    expect(new Set(before).size).toBe(before.length);
    const old = await world.owner`select id from catalog.assets where source_id = ${id} and path[3] like 't\_%'`;
    expect(old.every((row) => before.includes(row.id))).toBe(true);
  });

  it('refuses a cursor of another order', async () => {
    const { assets } = await world.admin('{ assets(first: 1) { pageInfo { endCursor } } }');
    const answer = await world.ask(
      'query ($after: String) { assets(first: 1, after: $after, orderBy: { field: UPDATED_AT, direction: DESC }) { nodes { id } } }',
      { after: assets.pageInfo.endCursor },
    );
    expect(codes(answer)).toEqual(['BAD_USER_INPUT']);
  });
});
