/** A product on a PostgreSQL of its own, which a test may break. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ADMINISTRATOR, startInProcess, type Answer } from '#deploy/testing/inProcess.ts';
import { startEmbedded } from '#platform/database/embedded.ts';
import { connect, type Database } from '#platform/database/index.ts';
import { createLogger } from '#platform/logger.ts';
import { TEST_ROOT_KEY } from '#platform/testing/database.ts';
import { connectLive, type LiveClient } from '#platform/testing/liveClient.ts';

export type OwnServer = {
  /** The product's. */
  url: string;
  /** Where the server's files are. */
  folder: string;
  /** Of the server, as long as it is not killed. */
  pid(): number;
  /** The superuser's. */
  ownerUrl: string;
  owner: Database;
  /** As the administrator, whatever comes. */
  ask(query: string, variables?: Record<string, unknown>): Promise<Answer & { status: number }>;
  /** As `ask`; throws on errors. */
  admin(query: string, variables?: Record<string, unknown>): Promise<any>;
  live(): Promise<LiveClient>;
  /** Lines of the product's log from `level` on. */
  logged: string[];
  stop(): Promise<void>;
};

type Options = {
  /** PostgreSQL's. */
  settings?: Record<string, string | number>;
  deadlineMs?: number;
  /** Megabytes of a file system of its own, in memory. Needs the right to mount. */
  diskMegabytes?: number;
};

export async function startOnOwnServer({ settings, deadlineMs, diskMegabytes }: Options = {}): Promise<OwnServer> {
  // Named so that the next run of the tests removes what an interrupted one leaves.
  const folder = mkdtempSync(join(tmpdir(), `pursight-test-${process.pid}-`));
  chmodSync(folder, 0o755);
  if (diskMegabytes) execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskMegabytes}m,mode=755`, 'tmpfs', folder]);
  const logged: string[] = [];
  const logger = createLogger({ level: 'warn', format: 'json', destination: { write: (line: string) => void logged.push(line) } });
  const server = await startEmbedded({ dataDir: folder, rootKey: TEST_ROOT_KEY, logger, settings });
  const owner = connect({ url: server.ownerUrl, name: 'test' });
  const product = await startInProcess({
    location: { ownerUrl: server.ownerUrl, rolePrefix: '', rootKey: TEST_ROOT_KEY },
    environment: { NODE_ENV: 'test' },
    deadlineMs,
    logger,
  });
  const signIn = () => product.signIn(ADMINISTRATOR.email, ADMINISTRATOR.password);
  const token = await signIn();

  const ask: OwnServer['ask'] = async (query, variables) => {
    const response = await fetch(`${product.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
    });
    return { status: response.status, ...((await response.json()) as Answer) };
  };
  return {
    url: product.url,
    folder,
    pid: () => server.pid,
    ownerUrl: server.ownerUrl,
    owner,
    ask,
    async admin(query, variables) {
      const { data, errors } = await ask(query, variables);
      if (errors) throw new Error(errors.map(({ message, extensions }) => `${extensions.code}: ${message}`).join('; '));
      return data;
    },
    live: async () => connectLive(product.url, await signIn()),
    logged,
    async stop() {
      await product.stop();
      await owner.end({ timeout: 1 });
      await server.stop();
      if (diskMegabytes) execFileSync('umount', [folder]);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

/** What a person who reads the tests' output may want to see. */
export const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Registers a source and gives its id. */
export async function addSource({ admin }: OwnServer, name: string, url: string): Promise<string> {
  const { registerSource } = await admin('mutation ($input: RegisterSourceInput!) { registerSource(input: $input) { source { id } } }', {
    input: { name, connector: 'postgres', config: { url } },
  });
  return registerSource.source.id;
}

export async function startScan({ admin }: OwnServer, sourceId: string): Promise<string> {
  const { startScan: started } = await admin('mutation ($id: ID!) { startScan(input: { sourceId: $id }) { run { id } } }', {
    id: sourceId,
  });
  return started.run.id;
}

/** What must hold whatever happened: numbers without a gap, and an event for each version of an asset. Gives what is wrong. */
export async function findLosses(owner: Database): Promise<Record<string, unknown>[]> {
  return await owner`
    select 'a gap in the log' as what, seq::text as which from (
      select seq, lag(seq) over (order by seq) as before from events.log
    ) as numbered where before is not null and seq <> before + 1
    union all
    select 'versions without a row, or rows without a version', a.id::text from catalog.assets a
      join (select asset_id, count(*) as rows, max(version) as last from catalog.asset_versions group by asset_id) v on v.asset_id = a.id
      where v.rows <> a.version or v.last <> a.version
    union all
    select 'another number of events than of versions', a.id::text from catalog.assets a
      where a.version <> (select count(*) from events.log l where l.subject = a.id::text and l.type in ('asset.created', 'asset.updated', 'asset.deleted'))
    union all
    select 'a version before the one that it follows', asset_id::text from (
      select asset_id, at, lag(at) over (partition by asset_id order by version) as before from catalog.asset_versions
    ) as ordered where at < before
    union all
    select 'a dead letter of ' || consumer, seq::text from events.failures where retry_at is null`;
}
