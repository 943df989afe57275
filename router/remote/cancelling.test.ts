import { pino } from 'pino';
import { expect, it } from 'vitest';
import { connect } from '#platform/database/index.ts';
import { createSubgraph } from '#platform/graphql/subgraph.ts';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { createSubgraphServer } from './server.ts';

it('the SQL of a subgraph in another process ends when its router leaves', async () => {
  const database = await createEmptyDatabase();
  const pool = connect({ url: database.url, name: 'remote', max: 1 });
  const server = createSubgraphServer({
    subgraph: createSubgraph('catalog', { Query: { asset: () => pool`select pg_sleep(20)` } }),
    verify: async () => ({ viewer: null, requestId: 'request', address: '192.0.2.1' }),
    health: {},
    faults: new Set(),
    logger: pino({ level: 'silent' }),
    host: '127.0.0.1',
    port: 0,
  });
  const url = await server.start();
  try {
    const running = () => database.sql`
      select 1 from pg_stat_activity where application_name = 'pursight remote' and datname = current_database() and state = 'active'`;
    const controller = new AbortController();
    const asked = fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer router' },
      body: JSON.stringify({ query: '{ asset(id: "a") { id } }' }),
      signal: controller.signal,
    });
    await expect.poll(running).toHaveLength(1);
    controller.abort();
    await expect(asked).rejects.toThrow();
    await expect.poll(running).toHaveLength(0);
    expect(await pool`select 1 as one`).toEqual([{ one: 1 }]);
  } finally {
    await server.stop();
    await pool.end({ timeout: 1 });
    await database.drop();
  }
});
