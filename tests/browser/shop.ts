/** A source of a few tables and views, and policies that find something in it. */
import { expect } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import type { World } from '../world.ts';

export const SHOP = `
  create schema sales;
  create table sales.customers (id int primary key, email text, name text);
  create table sales.orders (id int primary key, customer_id int references sales.customers, total numeric);
  create view sales.order_totals as select c.id, c.email, sum(o.total) as total from sales.customers c join sales.orders o on o.customer_id = c.id group by c.id;
  create view sales.best_customers as select id, email from sales.order_totals where total > 1000;
  comment on table sales.orders is 'Everything that was bought, a row each';`;

export type Shop = Awaited<ReturnType<typeof createShop>>;

/** Scanned. `change` runs SQL in it and scans again. */
export async function createShop(world: World, name = 'Shop', sql = SHOP) {
  const database = await createEmptyDatabase();
  await database.sql.unsafe(sql);
  const source = await world.addSource(name, { url: database.url });
  const scan = async (): Promise<string> => {
    const run = await world.scan(source.id);
    expect(run).toMatchObject({ status: 'COMPLETED' });
    return run.id as string;
  };
  const runId = await scan();
  return {
    id: source.id,
    runId,
    url: database.url,
    async change(statements: string): Promise<void> {
      await database.sql.unsafe(statements);
      await scan();
    },
    /** The id of an asset by its qualified name without the database, or by its own name alone. */
    async idOf(place: string): Promise<string> {
      const { assets } = await world.admin(
        'query ($ids: [ID!]) { assets(first: 200, filter: { sourceIds: $ids }) { nodes { id name displayName } } }',
        {
          ids: [source.id],
        },
      );
      const found = assets.nodes.find(
        (asset: { name: string; displayName: string }) => asset.name.endsWith(`.${place}`) || asset.displayName === place,
      );
      expect(found, place).toBeDefined();
      return found.id as string;
    },
  };
}

/** A policy in force: whatever it finds is there a moment later. */
export async function publish(
  world: World,
  input: { name: string; ruleType: string; params?: object; scope?: object; severity?: string },
): Promise<string> {
  const { createPolicy } = await world.admin(
    'mutation ($input: CreatePolicyInput!) { createPolicy(input: $input) { policy { id version } } }',
    { input: { params: {}, severity: 'ERROR', ...input } },
  );
  await world.admin('mutation ($input: PublishPolicyInput!) { publishPolicy(input: $input) { cursor } }', { input: createPolicy.policy });
  await world.consumed();
  return createPolicy.policy.id as string;
}
