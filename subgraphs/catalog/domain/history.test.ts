import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '#platform/database/index.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { createTestCatalog } from '../testing/catalog.ts';
import { administrator, insertAsset, insertSource } from '../testing/factories.ts';
import { walkBack } from './history.ts';
import { deleteAssets } from './scanner/deletions.ts';
import { diff, revert } from './snapshot.ts';

let database: TestDatabase;
let sql: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect('catalog');
});
afterAll(() => database.drop());

describe('changes', () => {
  const before = {
    kind: 'TABLE',
    tags: ['a'],
    table: null,
    columns: { id: { ordinal: 1, nullable: false }, 'a/b': { ordinal: 2, nullable: true }, ['__proto__x']: { ordinal: 3 } },
  };
  const after = {
    kind: 'VIEW',
    tags: ['a', 'b'],
    table: { definition: 'select 1' },
    columns: { id: { ordinal: 1, nullable: true }, 'c~d': { ordinal: 2, nullable: true } },
  };

  it('name what changed by JSON Pointers', () => {
    expect(diff(before, after).map((change) => change.path)).toEqual([
      '/kind',
      '/tags',
      '/table',
      '/columns/id/nullable',
      '/columns/a~1b',
      '/columns/__proto__x',
      '/columns/c~0d',
    ]);
  });

  it('lead back, also after they were stored as JSON', () => {
    expect(revert(after, diff(before, after))).toEqual(before);
    expect(revert(after, JSON.parse(JSON.stringify(diff(before, after))))).toEqual(before);
    expect(revert(before, diff(after, before))).toEqual(after);
  });

  it('treat a column called __proto__ like any other', () => {
    const odd = JSON.parse('{"columns": {"__proto__": {"nullable": true}, "constructor": {"nullable": false}}}');
    const changed = JSON.parse('{"columns": {"constructor": {"nullable": true}}}');
    expect(JSON.stringify(revert(changed, diff(odd, changed)).columns['__proto__'])).toBe('{"nullable":true}');
    expect(revert({ columns: {} }, [{ path: '/columns/__proto__/nullable', before: 'polluted', after: true }])).toBeDefined();
    expect(({} as Record<string, unknown>)['nullable']).toBeUndefined();
  });

  it('are walked once for many versions', () => {
    const trail = {
      base: { version: 4, snapshot: { n: 4 } },
      changes: [4, 3, 2].map((version) => ({ version, changes: [{ path: '/n', before: version - 1, after: version }] })),
    };
    expect([...walkBack(trail, new Set([1, 3, 4]))]).toEqual([
      [4, { n: 4 }],
      [3, { n: 3 }],
      [1, { n: 1 }],
    ]);
  });
});

describe('a tombstone', () => {
  it('keeps its columns in every snapshot, and says since when it is one', async () => {
    const { ask } = createTestCatalog(sql);
    const source = await insertSource(sql, 'tomb');
    const asset = await insertAsset(sql, source, { path: ['tomb', 'public', 't'], columns: [{ name: 'kept' }] });
    const at = new Date('2026-04-01T00:00:00.000Z');
    await sql.begin((tx) => deleteAssets(tx, { assetIds: [asset.id], sourceId: source.id, runId: null, actorId: null, at }));
    const { data, errors } = await ask(
      administrator(),
      'query ($id: ID!) { asset(id: $id) { deletedAt version columns { nodes { name } } history { nodes { version snapshot changes { path before after } } } asOf(at: "2026-03-31T00:00:00Z") { version } } }',
      { id: asset.id },
    );
    expect(errors).toEqual([]);
    expect(data.asset).toMatchObject({
      deletedAt: at.toISOString(),
      version: 2,
      columns: { nodes: [{ name: 'kept' }] },
      asOf: { version: 1 },
    });
    expect(
      data.asset.history.nodes.map((node: any) => [node.version, node.snapshot.deletedAt, Object.keys(node.snapshot.columns)]),
    ).toEqual([
      [2, at.toISOString(), ['kept']],
      [1, null, ['kept']],
    ]);
    expect(data.asset.history.nodes[0].changes).toEqual([{ path: '/deletedAt', before: null, after: at.toISOString() }]);
  });
});
