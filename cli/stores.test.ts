/** The commands that need the database rather than the API. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '#platform/database/index.ts';
import { newId } from '#platform/ids.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { freePort } from '#platform/testing/freePort.ts';
import { pursightBeside } from './testing/terminal.ts';

describe('rebuild and drift', { timeout: 60_000 }, () => {
  let test: TestDatabase;
  let sql: Database;
  beforeAll(async () => {
    test = await createTestDatabase();
    sql = test.connect('lineage');
  });
  afterAll(() => test.drop());

  const pursight = (args: string[], settings?: Record<string, string>) => pursightBeside(test, args, settings);

  it('compare the open flows with what sources reported, and mend them', async () => {
    const [orders, view] = [newId(), newId()];
    for (const [id, name] of [
      [orders, 'shop.public.orders'],
      [view, 'shop.public.report'],
    ] as const) {
      await sql`insert into lineage.assets (asset_id, access_class, namespace, name, seq) values (${id}, 1, 'here', ${name}, 1)`;
    }
    expect(await pursight(['drift', 'lineage'])).toEqual({ code: 0, stdout: '0 differences (2 assets, 0 flows compared).\n', stderr: '' });
    await sql`insert into lineage.dependencies (asset_id, namespace, name, columns) values (${view}, 'here', 'shop.public.orders', '{}')`;
    const found = await pursight(['drift', 'lineage']);
    expect(found).toMatchObject({ code: 1, stderr: expect.stringContaining('npx pursight rebuild lineage') });
    expect(found.stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['WHAT', 'KIND', 'NAME', 'DIFFERENCE'],
      ['missing', 'flow', 'shop.public.orders -> shop.public.report (TABLE, NATIVE)', '-'],
      ['1 difference (2 assets, 0 flows compared).'],
      [''],
    ]);
    const { code, stdout } = await pursight(['drift', 'lineage', '--json']);
    expect({ code, data: JSON.parse(stdout) }).toEqual({
      code: 1,
      data: {
        store: 'postgresql',
        compared: { assets: 2, flows: 0 },
        count: 1,
        differences: [
          {
            what: 'missing',
            kind: 'flow',
            id: `${orders} ${view}`,
            about: 'shop.public.orders -> shop.public.report (TABLE, NATIVE)',
            fields: {},
          },
        ],
      },
    });
    expect(await pursight(['rebuild', 'lineage'])).toEqual({
      code: 0,
      stdout:
        'Lineage is read from PostgreSQL (there is no NEO4J_URL). It is as the sources reported: 1 flow opened, 0 closed (2 assets, 1 flow).\n',
      stderr: '',
    });
    expect(JSON.parse((await pursight(['rebuild', 'lineage', '--json'])).stdout)).toEqual({
      store: 'postgresql',
      opened: 0,
      closed: 0,
      assets: 2,
      flows: 1,
    });
    expect(await pursight(['drift', 'lineage'])).toMatchObject({ code: 0, stdout: '0 differences (2 assets, 1 flow compared).\n' });
  });

  it('say what cannot be reached, and what is wrong with how they are asked', async () => {
    const nowhere = `127.0.0.1:${await freePort()}`;
    for (const command of ['drift', 'rebuild']) {
      expect(await pursight([command, 'lineage'], { NEO4J_URL: `bolt://${nowhere}` })).toMatchObject({
        code: 4,
        stdout: '',
        stderr: expect.stringMatching(/^Neo4j cannot be reached\. Check: .*NEO4J_URL/),
      });
      expect(await pursight([command, 'lineage'], { DATABASE_URL: `postgres://nobody@${nowhere}/none` })).toMatchObject({
        code: 4,
        stdout: '',
        stderr: expect.stringContaining('DATABASE_URL'),
      });
    }
    for (const command of ['drift', 'rebuild'])
      expect(await pursight([command, 'search'], { MEILI_URL: `http://${nowhere}` })).toMatchObject({
        code: 4,
        stdout: '',
        stderr: expect.stringMatching(/^Meilisearch cannot be reached\. Check: .*MEILI_URL/),
      });
    for (const store of ['lineage', 'search'])
      expect(await pursight(['drift', store, '--limit', '0'])).toMatchObject({ code: 2, stdout: '' });
    expect(await pursight(['rebuild'])).toMatchObject({ code: 2, stdout: '' });
    const otherKey = Buffer.alloc(32, 9).toString('base64');
    await test.owner`insert into access.router_keys (id, sealed_public_jwk, sealed_private_jwk, created_at) values (${newId()}, '\\x00', '\\x00', now())`;
    expect(await pursight(['drift', 'lineage'], { SECRET_KEY: otherKey })).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('SECRET_KEY'),
    });
  });
});
