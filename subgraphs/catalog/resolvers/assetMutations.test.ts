import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '#platform/database/index.ts';
import { newId } from '#platform/ids.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { createTestCatalog } from '../testing/catalog.ts';
import {
  administrator,
  insertAsset,
  insertSource,
  readerOf,
  stewardOf,
  viewerWith,
  type TestAsset,
  type TestSource,
} from '../testing/factories.ts';

let database: TestDatabase;
let sql: Database;
let catalog: ReturnType<typeof createTestCatalog>;
let source: TestSource;
let other: TestSource;
let asset: TestAsset;
let number = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect('catalog');
  catalog = createTestCatalog(sql);
  source = await insertSource(sql, 'shop');
  other = await insertSource(sql, 'other');
});
beforeEach(async () => {
  asset = await insertAsset(sql, source, {
    path: ['shop', 'public', `t${++number}`],
    dependsOn: [{ name: 'shop.public.base', columns: ['id'] }],
    columns: [{ name: 'id' }, { name: 'a/b~c' }, { name: 'old', deletedAt: new Date() }],
  });
});
afterAll(() => database.drop());

const UPDATE = `mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { cursor asset {
  version description tags updatedAt owners { user { id } team { id } role } history { totalCount nodes { version at by { id } byScanRun { id } changes { path before after } } } } } }`;
const update = (input: Record<string, unknown>, viewer = stewardOf(source)) =>
  catalog.ask(viewer, UPDATE, { input: { id: asset.id, version: 1, ...input } });

type Outbox = { type: string; actorId: string; subject: string; data: Record<string, unknown>; attributes: Record<string, unknown> };
const eventsOf = (id: string): Promise<Outbox[]> =>
  database.owner<Outbox[]>`select type, actor_id, subject, data, attributes from events.outbox where subject = ${id} order by id`;
const versionOf = async (id: string): Promise<number> =>
  (await sql<{ version: number }[]>`select version from catalog.assets where id = ${id}`)[0]!.version;

describe('updateAsset', () => {
  it('writes the words, one version and one event', async () => {
    const steward = stewardOf(source);
    const user = newId();
    const team = newId();
    const before = catalog.commits.count;
    const { data, errors } = await update(
      {
        description: 'What was ordered',
        tags: [' gold ', 'pii', 'gold'],
        owners: [
          { userId: user, role: 'OWNER' },
          { teamId: team, role: 'EXPERT' },
          { userId: user.toUpperCase(), role: 'OWNER' },
        ],
      },
      steward,
    );
    expect(errors).toEqual([]);
    const owners = [
      { userId: null, teamId: team, role: 'EXPERT' },
      { userId: user, teamId: null, role: 'OWNER' },
    ];
    const changes = [
      { path: '/description', before: null, after: 'What was ordered' },
      { path: '/owners', before: [], after: owners },
      { path: '/tags', before: [], after: ['gold', 'pii'] },
    ];
    expect(data.updateAsset.asset).toEqual({
      version: 2,
      description: 'What was ordered',
      tags: ['gold', 'pii'],
      updatedAt: data.updateAsset.asset.history.nodes[0].at,
      owners: [
        { user: null, team: { id: team }, role: 'EXPERT' },
        { user: { id: user }, team: null, role: 'OWNER' },
      ],
      history: {
        totalCount: 2,
        nodes: [
          { version: 2, at: expect.any(String), by: { id: steward.userId }, byScanRun: null, changes },
          { version: 1, at: '2026-01-01T00:00:00.000Z', by: null, byScanRun: null, changes: [] },
        ],
      },
    });
    const [head] = await sql<{ cursor: string }[]>`select epoch || '.' || seq as cursor from events.head`;
    expect(data.updateAsset.cursor).toBe(head!.cursor);
    expect(catalog.commits.count).toBe(before + 1);
    expect(await eventsOf(asset.id)).toEqual([
      {
        type: 'asset.updated',
        actorId: steward.userId,
        subject: asset.id,
        data: { namespace: source.namespace, name: asset.name, kind: 'TABLE', version: 2, changes, dependsOn: asset.dependsOn },
        attributes: {
          accessBefore: source.accessClass,
          accessAfter: source.accessClass,
          sourceId: source.id,
          kind: 'TABLE',
          namespace: source.namespace,
          name: asset.name,
          tags: ['gold', 'pii'],
          labels: [],
          ownerIds: [team, user],
        },
      },
    ]);
  });

  it('keeps what is absent and clears what is null', async () => {
    await update({ description: 'words', tags: ['a'], owners: [{ userId: newId(), role: 'OWNER' }] });
    const kept = await update({ version: 2, tags: ['b'] });
    expect(kept.data.updateAsset.asset).toMatchObject({ description: 'words', tags: ['b'], owners: [{ role: 'OWNER' }] });
    const cleared = await update({ version: 3, description: null, tags: null, owners: null });
    expect(cleared.data.updateAsset.asset).toMatchObject({ version: 4, description: null, tags: [], owners: [] });
  });

  it("does not repeat a view's SQL in the event, which may be long, but what it reads", async () => {
    const definition = 'SELECT id FROM public.base';
    const tableFacet = { definition, primaryKey: [], foreignKeys: [], uniqueKeys: [], checks: [], indexes: [], partitioned: false };
    const view = await insertAsset(sql, source, { path: ['shop', 'public', `v${number}`], tableFacet, columns: [{ name: 'id' }] });
    const dependsOn = [{ name: 'shop.public.base', columns: ['id'] }];
    await sql`update catalog.assets set depends_on = ${sql.json(dependsOn)} where id = ${view.id}`;
    await update({ id: view.id, description: 'words' });
    const [told, ...others] = (await eventsOf(view.id)).map(({ data }) => data);
    expect(others).toEqual([]);
    expect(told).toMatchObject({ version: 2, dependsOn });
    expect(told).not.toHaveProperty('definition');
  });

  it('writes nothing when nothing changes', async () => {
    await update({ description: 'same', tags: ['a', 'b'] });
    const again = await update({ version: 2, description: 'same', tags: ['b', 'a'], owners: [] });
    expect(again.errors).toEqual([]);
    expect(again.data.updateAsset.asset).toMatchObject({ version: 2, history: { totalCount: 2 } });
    expect(await eventsOf(asset.id)).toHaveLength(1);
  });

  it('answers a stale version with CONFLICT and the current one', async () => {
    await update({ description: 'first' });
    const stale = await update({ description: 'second' });
    expect(stale.errors).toMatchObject([{ code: 'CONFLICT', details: { currentVersion: 2 } }]);
    expect(stale.data).toEqual({ updateAsset: null });
  });

  it('lets one of two edits at the same time win', async () => {
    const answers = await Promise.all([update({ description: 'one' }), update({ description: 'two' }), update({ description: 'three' })]);
    expect(answers.flatMap((answer) => answer.errors.map((error) => error.code))).toEqual(['CONFLICT', 'CONFLICT']);
    expect(await versionOf(asset.id)).toBe(2);
  });

  it('keeps an index of a tombstone out of reach until a scan finds it again', async () => {
    await sql`update catalog.assets set deleted_at = now(), version = 2 where id = ${asset.id}`;
    expect((await update({ version: 2, description: 'x' })).errors).toMatchObject([{ code: 'CONFLICT' }]);
  });

  it('checks who asks and whether they read anything, then the input, then sight, then the right, then the version', async () => {
    const hidden = await insertAsset(sql, other, { path: ['other', 'public', `hidden${number}`] });
    const bad = { tags: [''] };
    const cases: [Parameters<typeof update>[1] | null, Record<string, unknown>, string][] = [
      [null, bad, 'UNAUTHENTICATED'],
      [stewardOf(source), { ...bad, id: newId() }, 'BAD_USER_INPUT'],
      [readerOf(source), { id: newId() }, 'NOT_FOUND'],
      [readerOf(source), { id: 'no id' }, 'NOT_FOUND'],
      [readerOf(source), { id: hidden.id, version: 99 }, 'NOT_FOUND'],
      [viewerWith({ role: 'INGESTOR' }), {}, 'FORBIDDEN'],
      [viewerWith({ role: 'INGESTOR' }), { ...bad, id: newId() }, 'FORBIDDEN'],
      [readerOf(source), { version: 99 }, 'FORBIDDEN'],
      [stewardOf(source), { version: 99 }, 'CONFLICT'],
      [viewerWith({ role: 'READER' }, { role: 'STEWARD', sourceId: other.id }), {}, 'FORBIDDEN'],
    ];
    for (const [viewer, input, code] of cases) {
      expect(
        (await catalog.ask(viewer ?? null, UPDATE, { input: { id: asset.id, version: 1, ...input } })).errors.map((error) => error.code),
      ).toEqual([code]);
    }
    expect(await versionOf(asset.id)).toBe(1);
  });

  it.each([
    [{ description: 'x'.repeat(65_537) }, 'input.description'],
    [{ description: 'é'.repeat(40_000) }, 'input.description'],
    [{ description: 'x'.repeat(1_048_576) }, 'input.description'],
    [{ description: 'a\0b' }, 'input.description'],
    [{ tags: ['ok', '   '] }, 'input.tags.1'],
    [{ tags: ['ok', 'line\nbreak'] }, 'input.tags.1'],
    [{ tags: ['tab\there'] }, 'input.tags.0'],
    [{ tags: ['x'.repeat(101)] }, 'input.tags.0'],
    [{ tags: Array.from({ length: 101 }, (_, index) => `t${index}`) }, 'input.tags'],
    [{ owners: [{ role: 'OWNER' }] }, 'input.owners.0'],
    [{ owners: [{ userId: newId(), teamId: newId(), role: 'OWNER' }] }, 'input.owners.0'],
    [{ owners: [{ userId: 'bob', role: 'OWNER' }] }, 'input.owners.0'],
  ])('refuses input %#', async (input, field) => {
    const { errors } = await update(input as Record<string, unknown>);
    expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT', details: { field: expect.stringContaining(field) } }]);
    expect(errors[0]!.message.length).toBeLessThan(300);
  });

  it('takes a tag in either form of Unicode for the same, also where it is sought', async () => {
    const [composed, decomposed] = ['NFC', 'NFD'].map((form) => 'Café'.normalize(form));
    const { data } = await update({ tags: [decomposed, composed] });
    expect(data.updateAsset.asset.tags).toEqual([composed]);
    const found = await catalog.ask(
      stewardOf(source),
      'query ($tag: String!) { assets(filter: { tags: [$tag] }) { nodes { id } } tags(prefix: $tag) { nodes { name } } }',
      { tag: decomposed },
    );
    expect(found.data).toMatchObject({ assets: { nodes: [{ id: asset.id }] }, tags: { nodes: [{ name: composed }] } });
  });

  it('takes an id in capitals', async () => {
    const { data, errors } = await update({ id: asset.id.toUpperCase(), description: 'loud' });
    expect(errors).toEqual([]);
    expect(data.updateAsset.asset).toMatchObject({ version: 2, description: 'loud' });
  });

  it('takes 64 KB of description and any well-formed text', async () => {
    const description = `${'é'.repeat(32_000)} 😀 <b>"quotes"</b>\n\\`;
    const { data, errors } = await update({ description, tags: ['日本語 "x" {a,b} \\ null', 'NULL'] });
    expect(errors).toEqual([]);
    expect(data.updateAsset.asset).toMatchObject({ description, tags: ['NULL', '日本語 "x" {a,b} \\ null'] });
  });
});

describe('updateAssets', () => {
  const UPDATE_ALL =
    'mutation ($input: UpdateAssetsInput!) { updateAssets(input: $input) { cursor results { id asset { description version } error { code message field } } } }';

  it('gives a result for each item, and none hides another', async () => {
    const second = await insertAsset(sql, source, { path: ['shop', 'public', `s${number}`] });
    const hidden = await insertAsset(sql, other, { path: ['other', 'public', `h${number}`] });
    const { data, errors } = await catalog.ask(stewardOf(source), UPDATE_ALL, {
      input: {
        items: [
          { id: asset.id, version: 1, description: 'first' },
          { id: 'x', version: 1 },
          { id: hidden.id, version: 1, description: 'never' },
          { id: second.id, version: 7, description: 'stale' },
          { id: second.id, version: 1, tags: [''] },
          { id: second.id, version: 1, description: 'second' },
          { id: asset.id, version: 1, description: 'again' },
          { id: asset.id, version: 2, description: 'then' },
        ],
      },
    });
    expect(errors).toEqual([]);
    expect(
      data.updateAssets.results.map((result: any) => [
        result.id,
        result.asset?.description ?? null,
        result.error?.code ?? null,
        result.error?.field ?? null,
      ]),
    ).toEqual([
      [asset.id, 'then', null, null],
      ['x', null, 'NOT_FOUND', null],
      [hidden.id, null, 'NOT_FOUND', null],
      [second.id, null, 'CONFLICT', null],
      [second.id, null, 'BAD_USER_INPUT', 'input.items.4.tags.0'],
      [second.id, 'second', null, null],
      [asset.id, null, 'CONFLICT', null],
      [asset.id, 'then', null, null],
    ]);
    expect((await eventsOf(asset.id)).length).toBe(2);
  });

  it('takes at most 200 items', async () => {
    const items = Array.from({ length: 201 }, () => ({ id: asset.id, version: 1 }));
    expect((await catalog.ask(administrator(), UPDATE_ALL, { input: { items } })).errors).toMatchObject([
      { code: 'BAD_USER_INPUT', details: { field: 'input.items' } },
    ]);
    expect((await catalog.ask(administrator(), UPDATE_ALL, { input: { items: [] } })).data.updateAssets.results).toEqual([]);
  });
});

describe('updateColumns', () => {
  const UPDATE_COLUMNS =
    'mutation ($input: UpdateColumnsInput!) { updateColumns(input: $input) { cursor results { id column { name description version asset { version } } error { code field } } } }';
  const edit = (items: unknown[], viewer = stewardOf(source)) => catalog.ask(viewer, UPDATE_COLUMNS, { input: { items } });

  it('makes one version and one event of an asset, however many of its columns change', async () => {
    const [first, second] = asset.columns;
    const { data, errors } = await edit([
      { id: first!.id, version: 1, description: 'the key' },
      { id: second!.id, version: 1, description: 'odd name' },
    ]);
    expect(errors).toEqual([]);
    expect(data.updateColumns.results).toEqual([
      { id: first!.id, column: { name: 'id', description: 'the key', version: 2, asset: { version: 2 } }, error: null },
      { id: second!.id, column: { name: 'a/b~c', description: 'odd name', version: 2, asset: { version: 2 } }, error: null },
    ]);
    const events = await eventsOf(asset.id);
    expect(events).toHaveLength(1);
    expect(events[0]!.data['changes']).toEqual([
      { path: '/columns/id/description', before: null, after: 'the key' },
      { path: '/columns/a~1b~0c/description', before: null, after: 'odd name' },
    ]);
  });

  it('gives a result for each item, and none hides another', async () => {
    const hidden = await insertAsset(sql, other, { path: ['other', 'public', `c${number}`], columns: [{ name: 'x' }] });
    const [first, second, deleted] = asset.columns;
    const { data } = await edit([
      { id: first!.id, version: 1, description: 'ok' },
      { id: first!.id, version: 1, description: 'twice' },
      { id: second!.id, version: 5, description: 'stale' },
      { id: deleted!.id, version: 1, description: 'gone' },
      { id: hidden.columns[0]!.id, version: 1, description: 'hidden' },
      { id: 'x', version: 1 },
      { id: newId(), version: 1, description: '\ud800' },
    ]);
    expect(data.updateColumns.results.map((result: any) => [result.column?.description ?? null, result.error?.code ?? null])).toEqual([
      ['ok', null],
      [null, 'BAD_USER_INPUT'],
      [null, 'CONFLICT'],
      [null, 'CONFLICT'],
      [null, 'NOT_FOUND'],
      [null, 'NOT_FOUND'],
      [null, 'BAD_USER_INPUT'],
    ]);
    expect(await versionOf(asset.id)).toBe(2);
    expect(
      (await edit([{ id: second!.id, version: 1, description: 'x' }], readerOf(source))).data.updateColumns.results[0].error.code,
    ).toBe('FORBIDDEN');
  });

  it('writes nothing when nothing changes', async () => {
    const { data } = await edit([
      { id: asset.columns[0]!.id, version: 1, description: '' },
      { id: asset.columns[1]!.id, version: 1 },
    ]);
    expect(data.updateColumns.results.map((result: any) => [result.column.version, result.error])).toEqual([
      [1, null],
      [1, null],
    ]);
    expect(await eventsOf(asset.id)).toEqual([]);
    expect(await versionOf(asset.id)).toBe(1);
  });
});

describe('history', () => {
  it('reconstructs each version, across stored snapshots', async () => {
    for (let version = 1; version <= 45; version++) {
      const { errors } =
        version % 3 === 0
          ? await catalog.ask(
              stewardOf(source),
              'mutation ($input: UpdateColumnsInput!) { updateColumns(input: $input) { results { error { code message } } } }',
              {
                input: { items: [{ id: asset.columns[0]!.id, version: version / 3, description: `column ${version + 1}` }] },
              },
            )
          : await update({ version, ...(version % 3 === 1 ? { description: `text ${version + 1}` } : { tags: [`v${version + 1}`] }) });
      expect(errors).toEqual([]);
    }
    const stored = await sql<
      { version: number }[]
    >`select version from catalog.asset_versions where asset_id = ${asset.id} and snapshot is not null order by version`;
    expect(stored.map((row) => row.version)).toEqual([20, 40]);

    const seen: { version: number; snapshot: any }[] = [];
    let after: string | null = null;
    do {
      const { data, errors }: { data: any; errors: unknown[] } = await catalog.ask(
        readerOf(source),
        'query ($id: ID!, $after: String) { asset(id: $id) { history(first: 10, after: $after) { totalCount nodes { version snapshot } pageInfo { endCursor hasNextPage } } } }',
        { id: asset.id, after },
      );
      expect(errors).toEqual([]);
      expect(data.asset.history.totalCount).toBe(46);
      seen.push(...data.asset.history.nodes);
      after = data.asset.history.pageInfo.hasNextPage ? data.asset.history.pageInfo.endCursor : null;
    } while (after);
    expect(seen.map((each) => each.version)).toEqual(Array.from({ length: 46 }, (_, index) => 46 - index));
    const expected = { description: null as string | null, tags: [] as string[], column: null as string | null };
    for (const { version, snapshot } of seen.toReversed()) {
      if (version > 1) {
        const edited = version - 1;
        if (edited % 3 === 0) expected.column = `column ${version}`;
        else if (edited % 3 === 1) expected.description = `text ${version}`;
        else expected.tags = [`v${version}`];
      }
      expect(snapshot).toEqual({
        kind: 'TABLE',
        name: asset.name,
        path: asset.path,
        sourceDescription: null,
        sourceOwner: null,
        table: null,
        dependsOn: asset.dependsOn,
        deletedAt: null,
        description: expected.description,
        tags: expected.tags,
        domainId: null,
        termIds: [],
        owners: [],
        columns: {
          id: {
            ordinal: 1,
            dataType: 'text',
            nativeType: 'text',
            nullable: true,
            default: null,
            generated: false,
            sourceDescription: null,
            description: expected.column,
          },
          'a/b~c': {
            ordinal: 2,
            dataType: 'text',
            nativeType: 'text',
            nullable: true,
            default: null,
            generated: false,
            sourceDescription: null,
            description: null,
          },
        },
      });
    }
  });

  it('tells the version in force at a time, and none before the creation', async () => {
    await sql`insert into catalog.asset_versions (asset_id, version, at, changes) values (${asset.id}, 2, '2026-03-01T00:00:00Z', '[{"path": "/description", "before": null, "after": "x"}]')`;
    await sql`insert into catalog.asset_edits (asset_id, description) values (${asset.id}, 'x')`;
    await sql`update catalog.assets set version = 2 where id = ${asset.id}`;
    const { data } = await catalog.ask(
      administrator(),
      `query ($id: ID!) { asset(id: $id) {
        before: asOf(at: "2025-12-31T23:59:59.999Z") { version }
        first: asOf(at: "2026-01-01T00:00:00Z") { id version snapshot }
        second: asOf(at: "2026-03-01T01:00:00+01:00") { version snapshot changes { path before after } }
      } }`,
      { id: asset.id },
    );
    expect(data.asset.before).toBeNull();
    expect(data.asset.first).toMatchObject({ id: `${asset.id}:1`, version: 1, snapshot: { description: null } });
    expect(data.asset.second).toMatchObject({
      version: 2,
      snapshot: { description: 'x' },
      changes: [{ path: '/description', before: null, after: 'x' }],
    });
  });
});
