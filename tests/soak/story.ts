/**
 * What happens to a catalog in so many rounds: the same for the same seed, whoever is killed meanwhile. Whoever asks asks again until there is an
 * answer, and looks first whether what was asked for has happened already: an answer that did not come says nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '#subgraphs/catalog/connectors/postgres/testing/randomSchema.ts';
import { ADMINISTRATOR } from '#deploy/testing/inProcess.ts';
import { asker, type Ask } from './product.ts';
import type { Processes } from './processes.ts';

/** Tables that each round adds, with a view of each. */
const TABLES = 6;
const EDITED = 3;
const PATIENCE_MS = 120_000;
/** Codes of what is about to come back. */
const AWAY = ['UPSTREAM_UNAVAILABLE', 'TIMEOUT'];
const SCANNED = ['COMPLETED', 'COMPLETED_WITH_WARNINGS'];

export type Story = {
  ask: Ask;
  token: string;
  /** The log's end at the beginning. */
  cursor: string;
  /** What is different at the source from this round on; nobody is killed meanwhile. */
  changeSource(round: number): Promise<void>;
  /** A scan that finds it, what follows from that, and edits. Resolves when all of it has come to rest. */
  play(round: number): Promise<void>;
  /** Scans that failed because the database was away. */
  failedScans(): number;
};

/** Policies and the source are there when it resolves. */
export async function beginStory(processes: Processes, seed: number): Promise<Story> {
  const { url } = processes;
  const { signIn } = await asker(url, null)('mutation ($input: SignInInput!) { signIn(input: $input) { session { accessToken } } }', {
    input: ADMINISTRATOR,
  });
  const { createApiToken, me } = await asker(
    url,
    signIn.session.accessToken,
  )('mutation { createApiToken(input: { name: "soak", scopes: ["ADMIN", "STEWARD", "READER"] }) { secret } }').then(async (made) => ({
    ...made,
    ...(await asker(url, signIn.session.accessToken)('{ me { id } }')),
  }));
  const token: string = createApiToken.secret;
  const ask = patiently(asker(url, token));
  for (const input of [
    { name: 'Owners', ruleType: 'ownerRequired', params: {}, severity: 'WARNING' },
    { name: 'Masks', ruleType: 'noUnmaskedLabel', params: { labels: ['EMAIL'] }, severity: 'CRITICAL' },
  ]) {
    const { createPolicy } = await ask('mutation ($input: CreatePolicyInput!) { createPolicy(input: $input) { policy { id version } } }', {
      input,
    });
    await ask('mutation ($input: PublishPolicyInput!) { publishPolicy(input: $input) { cursor } }', { input: createPolicy.policy });
  }
  const { registerSource } = await ask('mutation ($input: RegisterSourceInput!) { registerSource(input: $input) { source { id } } }', {
    input: { name: 'Shop', connector: 'postgres', config: { url: processes.sourceUrl } },
  });
  const sourceId: string = registerSource.source.id;
  await settle(processes);
  const { events } = await ask('{ events(first: 1, direction: DESC) { edges { cursor } } }');
  let failedScans = 0;

  async function scan(): Promise<void> {
    for (;;) {
      const { startScan } = await ask('mutation ($id: ID!) { startScan(input: { sourceId: $id }) { run { id } } }', { id: sourceId });
      let run: { status: string; error: string | null };
      do {
        await sleep(50);
        run = (await ask('query ($id: ID!) { scanRun(id: $id) { status error } }', { id: startScan.run.id })).scanRun;
      } while (['QUEUED', 'RUNNING'].includes(run.status));
      if (SCANNED.includes(run.status)) return;
      // The source's server is killed with all others at times.
      if (run.status !== 'FAILED') throw new Error(`The scan ended ${run.status}: ${run.error}`);
      failedScans++;
    }
  }

  async function findTable(name: string): Promise<{ id: string; name: string; version: number; description: string | null }> {
    const { assets } = await ask(
      'query ($name: String!) { assets(filter: { namePrefix: $name, kinds: [TABLE] }) { nodes { id name version description } } }',
      { name },
    );
    return assets.nodes.find((each: { name: string }) => each.name === name);
  }

  async function edit(name: string, description: string): Promise<void> {
    for (;;) {
      const asset = await findTable(name);
      if (asset.description === description) return;
      const input = { id: asset.id, version: asset.version, description, owners: [{ userId: me.id, role: 'OWNER' }] };
      await ask('mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { cursor } }', { input }).catch((error: Error) => {
        // Done by the one whose answer did not come: it is looked at again.
        if (!error.message.startsWith('CONFLICT')) throw error;
      });
    }
  }

  async function declare(from: string, to: string): Promise<void> {
    // What is declared already stays as it was.
    await ask('mutation ($input: DeclareLineageInput!) { declareLineage(input: $input) { cursor } }', {
      input: { from: (await findTable(from)).id, to: (await findTable(to)).id, reason: 'As the story says' },
    });
  }

  const nameOf = (round: number, table: number): string => `source.public.t${round}_${table}`;
  return {
    ask,
    token,
    cursor: events.edges[0].cursor,
    failedScans: () => failedScans,
    changeSource: (round) => processes.look((sql) => sql.unsafe(statements(seed, round).join(';')), 'source').then(() => {}),
    async play(round) {
      await scan();
      await settle(processes);
      // Of this round's tables some find an owner, so what was found of them is resolved.
      for (let table = 0; table < EDITED; table++) await edit(nameOf(round, table), `Words of round ${round}`);
      await declare(nameOf(round, 0), nameOf(round, 1));
      await settle(processes);
    },
  };
}

/** Tables and views are added, one of before is changed, and one goes: fewer than a scan asks about. */
function statements(seed: number, round: number): string[] {
  const random = createRandom(seed * 1_009 + round);
  const made = Array.from({ length: TABLES }, (_, n) => [
    `create table t${round}_${n} (id int primary key, email text, full_name text, amount numeric(10, 2), created_at timestamptz)`,
    `create view v${round}_${n} as select id, email, amount from t${round}_${n}`,
  ]).flat();
  if (round === 0) return made;
  const before = `t${random.below(round)}_${EDITED + random.below(2)}`;
  const changed = random.pick([
    `alter table ${before} add column x${round} text`,
    `alter table ${before} alter column full_name set not null`,
    `comment on table ${before} is 'words of round ${round}'`,
    `comment on column ${before}.email is 'words of round ${round}'`,
  ]);
  const last = `${round - 1}_${TABLES - 1}`;
  return [...made, changed, `drop view v${last}`, `drop table t${last}`];
}

/** Waits until every event is sealed, every consumer has handled all of them, and no job is left. */
export async function settle({ look }: Processes): Promise<void> {
  const isBusy = async (): Promise<boolean> => {
    const rows = await look(
      (sql) => sql`
      select from events.outbox
      union all select from events.cursors where seq < (select seq from events.head)
      union all select from events.failures where retry_at is not null
      union all select from graphile_worker._private_jobs where locked_by is not null or (run_at <= now() and attempts < max_attempts) limit 1`,
    );
    return rows.length > 0;
  };
  // Twice: what came to its end may have begun something.
  for (let calm = 0; calm < 2; await sleep(50)) calm = (await isBusy().catch(() => true)) ? 0 : calm + 1;
}

/** Asks again while the product is away. */
function patiently(ask: Ask): Ask {
  return async (query, variables) => {
    for (const until = performance.now() + PATIENCE_MS; ; await sleep(100)) {
      try {
        return await ask(query, variables);
      } catch (error) {
        const isAway =
          error instanceof TypeError || error instanceof SyntaxError || AWAY.some((code) => (error as Error).message.startsWith(code));
        if (!isAway || performance.now() > until) throw error;
      }
    }
  };
}
