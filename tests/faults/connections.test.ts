/** No session is to be had: all of a pool are held, or all that the server allows. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect, type Database } from '#platform/database/index.ts';
import { startOnOwnServer, type OwnServer } from './ownServer.ts';

const DEADLINE_MS = 3_000;
const MOST_CONNECTIONS = 100;

let product: OwnServer;
beforeAll(async () => {
  product = await startOnOwnServer({ deadlineMs: DEADLINE_MS, settings: { max_connections: MOST_CONNECTIONS } });
}, 60_000);
afterAll(() => product.stop());

const ASSETS = '{ assets(first: 1) { totalCount } }';

it('while all sessions of a pool wait, operations end with TIMEOUT at their deadline, and go on afterwards', async () => {
  await product.owner.begin(async (tx) => {
    await tx`lock table catalog.assets in access exclusive mode`;
    const answers = await Promise.all(Array.from({ length: 30 }, () => product.ask(ASSETS)));
    for (const { status, errors } of answers) {
      expect(status).toBe(504);
      expect(errors).toMatchObject([{ extensions: { code: 'TIMEOUT', deadlineMs: DEADLINE_MS } }]);
    }
    // What needs no session of that pool is answered meanwhile.
    expect(await product.admin('{ me { name } }')).toEqual({ me: { name: 'Administrator' } });
  });
  expect(await product.admin(ASSETS)).toEqual({ assets: { totalCount: 0 } });
});

it('while the server has no connection left, that is what is told, and it goes on once there are some', { timeout: 60_000 }, async () => {
  const holders: Database[] = [];
  const take = async (): Promise<void> => {
    const holder = connect({ url: product.ownerUrl, name: 'holder', max: 1 });
    await holder`select 1`;
    holders.push(holder);
  };
  try {
    // Each session that ends is taken by us, until PurSight has none.
    await expect
      .poll(
        async () => {
          await product.owner`select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'pursight %' and application_name not in ('pursight holder', 'pursight test')`;
          while (
            await take().then(
              () => true,
              () => false,
            )
          );
          const { errors } = await product.ask(ASSETS);
          return errors?.[0];
        },
        { timeout: 30_000 },
      )
      .toMatchObject({
        message: 'The database has no connection left. Try again in a moment.',
        extensions: { code: 'UPSTREAM_UNAVAILABLE', system: 'database', check: 'max_connections of PostgreSQL, and who else uses it' },
      });
  } finally {
    await Promise.all(holders.map((holder) => holder.end({ timeout: 1 })));
  }
  await expect.poll(async () => (await product.ask(ASSETS)).data, { timeout: 10_000 }).toEqual({ assets: { totalCount: 0 } });
  // Events are numbered again, and their consumers go on.
  await product.admin('mutation { createTeam(input: { name: "After" }) { cursor } }');
  const types = async () => (await product.ask('{ events(types: ["team.created"], first: 1) { nodes { type } } }')).data?.events.nodes;
  await expect.poll(types, { timeout: 20_000 }).toEqual([{ type: 'team.created' }]);
});
