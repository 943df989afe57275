/** What lineage in Neo4j knows of an erased person's address: names of tables, columns and jobs that have it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { useNeo4j } from '#platform/testing/neo4j.ts';
import { connectNeo4j, type Neo4j } from '#subgraphs/lineage/graph/neo4j/connection.ts';
import { hasText } from '#subgraphs/lineage/graph/neo4j/stored.ts';
import { pursight } from './commands.ts';
import { mutate } from './contract/mutate.ts';
import { createWorld, type World } from './world.ts';

const server = await useNeo4j();

describe.skipIf(server.missing)('Neo4j', { timeout: 120_000 }, () => {
  let world: World;
  let neo4j: Neo4j;
  const settings = { NEO4J_URL: server.url, NEO4J_USER: server.user, NEO4J_PASSWORD: server.password };
  beforeAll(async () => {
    neo4j = connectNeo4j(server);
    world = await createWorld({ environment: settings });
  });
  afterAll(async () => {
    await world.stop();
    await neo4j.close();
  });

  it('has the address no more, and is as the tables are', async () => {
    const { email, id } = await world.createUser([{ role: 'STEWARD' }]);
    const source = await createEmptyDatabase();
    await source.sql.unsafe(`create table "of ${email}" (id int, "${email}" text); create table plain (id int)`);
    const registered = await world.addSource('shop', { url: source.url });
    await world.scan(registered.id);
    const { assets } = await world.admin('{ assets(first: 50, filter: { kinds: [TABLE] }) { nodes { id name } } }');
    const [hers, plain] = [/of /, /plain/].map((name) => assets.nodes.find((each: { name: string }) => name.test(each.name)).id as string);
    const job = { namespace: 'airflow', name: `load for ${email}` };
    await mutate(world.admin, 'declareLineage', { from: hers, to: plain, reason: 'The nightly load', job });
    await world.consumed();
    while (!(await hasText(neo4j, email))) await sleep(50);
    while (!/^0 differences/m.test((await pursight(world, ['drift', 'lineage'], {}, settings)).stdout)) await sleep(200);

    expect(await pursight(world, ['user', 'erase', email, '--yes'], {}, settings)).toMatchObject({ code: 0, stderr: '' });
    expect(await hasText(neo4j, email)).toBe(false);
    expect(await hasText(neo4j, 'load for [erased]')).toBe(true);
    expect(await pursight(world, ['drift', 'lineage'], {}, settings)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^0 differences/),
    });
    const { asset, user } = await world.admin(
      'query ($asset: ID!, $user: ID!) { asset(id: $asset) { upstream { nodes { name } } } user(id: $user) { name } }',
      { asset: plain, user: id },
    );
    expect({ asset, user }).toEqual({
      asset: { upstream: { nodes: [{ name: expect.stringContaining('of [erased]') }] } },
      user: { name: 'Erased user' },
    });
    await source.drop();
  });

  it('is told to be away before the address is taken for gone', async () => {
    const { email } = await world.createUser([]);
    const away = { ...settings, NEO4J_URL: 'bolt://127.0.0.1:1' };
    expect(await pursight(world, ['user', 'erase', email, '--yes'], {}, away)).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('Neo4j cannot be reached'),
    });
    expect(await world.owner`select erased_at is null as living from identity.users where email = ${email}`).toEqual([{ living: false }]);
    expect(await pursight(world, ['user', 'erase', email, '--yes'], {}, settings)).toMatchObject({ code: 0 });
  });
});
