/** Today's product on what earlier versions left: their data are migrated where they are, or restored from a backup of then, and everything goes on. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { checkBackup } from '#deploy/backup/file.ts';
import { loadBackup, restoreBackup } from '#deploy/backup/restore.ts';
import { locateDatabase } from '#deploy/database.ts';
import { startInProcess, type InProcess } from '#deploy/testing/inProcess.ts';
import { prepareServer } from '#platform/database/migrate.ts';
import { createEmptyDatabase, TEST_ROOT_KEY } from '#platform/testing/database.ts';
import { pursight } from '../../cli/testing/terminal.ts';
import { ADMINISTRATOR, answersOf, packStage, STAGES, type Stage } from './stages.ts';

type TestSource = Awaited<ReturnType<typeof createEmptyDatabase>>;

const folder = mkdtempSync(join(tmpdir(), 'pursight-upgrade-'));
const fileOf = (stage: Stage): string => join(folder, `${stage}.backup`);
/** What the stages scanned, where a table and a column have come since. */
let shop: TestSource;
beforeAll(async () => {
  for (const stage of STAGES) await packStage(stage, fileOf(stage));
  shop = await createEmptyDatabase('upgrade_shop');
  await shop.sql.unsafe(`
    create schema sales;
    create table sales.customers (id int primary key, email text not null, name text, born date);
    create table sales.orders (id int primary key, customer_id int not null references sales.customers, total numeric(12,2) not null default 0, note text, paid_at timestamptz);
    create view sales.order_totals as select c.id, c.email, sum(o.total) as total from sales.customers c join sales.orders o on o.customer_id = c.id group by c.id, c.email;
    create table public.preferences (key text primary key, value jsonb, since date);
    create table sales.returns (id int primary key, order_id int references sales.orders);
    create table sales.arrived_since (id int primary key);
    comment on table sales.customers is E'who buys\\nof us';
    comment on column sales.customers.email is 'how we write to them';`);
});
afterAll(async () => {
  await shop?.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** Leaves the database as that version did, for today's to find it. */
async function putBack(database: TestSource, stage: Stage): Promise<void> {
  await prepareServer(await locateDatabase(database.url, TEST_ROOT_KEY));
  const [file, rootKey] = [fileOf(stage), TEST_ROOT_KEY];
  const header = await checkBackup(file, rootKey);
  await database.sql.begin(async (tx) => {
    await loadBackup(tx, { file, header, rootKey });
    // What the last batch saw is of the transactions of its own server.
    await tx`update events.head set snapshot = null, resume_after = 0`;
  });
}

const restore = async (database: TestSource, stage: Stage): Promise<unknown> =>
  restoreBackup({ ownerUrl: database.url, rootKey: TEST_ROOT_KEY }, fileOf(stage), { replace: false });

const WAYS = [
  ['migrated where it is', putBack],
  ['restored from a backup of then', restore],
] as const;

describe.each(STAGES.flatMap((stage) => WAYS.map(([how, bring]) => ({ stage, how, bring }))))(
  'a database of the version "$stage", $how',
  { timeout: 60_000 },
  ({ stage, how, bring }) => {
    const environment = { AUDIT_FILE: join(folder, `${stage} ${how}.jsonl`) };
    let database: TestSource;
    let product: InProcess;
    let token: string;
    beforeAll(async () => {
      database = await createEmptyDatabase();
      await bring(database, stage);
      product = await startInProcess({ location: { ownerUrl: database.url, rolePrefix: '', rootKey: TEST_ROOT_KEY }, environment });
      token = await product.signIn(ADMINISTRATOR.email, ADMINISTRATOR.password);
    }, 60_000);
    afterAll(async () => {
      await product?.stop();
      await database?.drop();
    });
    const ask = async (query: string, variables?: Record<string, unknown>): Promise<any> => {
      const { data, errors } = await product.ask(token, query, variables);
      expect(errors).toBeUndefined();
      return data;
    };
    const waitFor = (query: string, expected: object): Promise<void> =>
      vi.waitFor(async () => expect(await ask(query)).toMatchObject(expected), { timeout: 20_000, interval: 100 });

    it('answers what that version answered', async () => {
      for (const { query, data } of answersOf(stage)) {
        const answer = await ask(query);
        // The log has gone on.
        if (data.events) answer.events.edges.length = data.events.edges.length;
        // JSON of a version may tell more by now, and nothing less.
        expect(answer).toMatchObject(data);
      }
    });

    it('finds and follows what there was, also what that version did not know of', async () => {
      await waitFor('{ search(query: "custmer") { nodes { asset { name } } } }', {
        search: { nodes: expect.arrayContaining([{ asset: { name: 'upgrade_shop.sales.customers' } }]) },
      });
      await waitFor('{ columns(first: 5, filter: { namePrefix: "email" }) { nodes { labels { label { name } } } } }', {
        columns: { nodes: expect.arrayContaining([{ labels: [{ label: { name: 'EMAIL' } }] }]) },
      });
      const names = ['customers', 'orders'].map((name) => ({ name: `upgrade_shop.sales.${name}` }));
      await waitFor('{ assets(first: 5, filter: { kinds: [VIEW] }) { nodes { upstream(first: 5) { nodes { name } } } } }', {
        assets: { nodes: [{ upstream: { nodes: expect.arrayContaining(names) } }] },
      });
    });

    it('is scanned on, under the names and ids that it has', async () => {
      const { sources } = await ask('{ sources { nodes { id version } } }');
      const [source] = sources.nodes;
      const { hostname, port, username, password } = new URL(shop.url);
      const config = { host: hostname, port: Number(port), database: 'upgrade_shop', user: username, password };
      await ask('mutation ($input: UpdateSourceInput!) { updateSource(input: $input) { source { id } } }', {
        input: { ...source, config },
      });
      const { startScan } = await ask('mutation ($id: ID!) { startScan(input: { sourceId: $id }) { run { id } } }', { id: source.id });
      const RUN = 'query ($id: ID!) { scanRun(id: $id) { status added changed unchanged removed } }';
      let run: any;
      do {
        await sleep(50);
        run = (await ask(RUN, { id: startScan.run.id })).scanRun;
      } while (['QUEUED', 'RUNNING'].includes(run.status));
      expect(run).toEqual({ status: 'COMPLETED', added: 1, changed: 1, unchanged: 7, removed: 0 });
    });

    it('has a log that verifies from its first event on', async () => {
      for (const [name, value] of Object.entries({
        DATABASE_URL: database.url,
        SECRET_KEY: Buffer.from(TEST_ROOT_KEY).toString('base64'),
        NEO4J_URL: '',
        ...environment,
      }))
        vi.stubEnv(name, value);
      try {
        const { code, stdout } = await pursight(['--json', 'audit', 'verify']);
        expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, firstSeq: 1, faultCount: 0, faults: [] });
      } finally {
        vi.unstubAllEnvs();
      }
    });
  },
);
