/** The product with two sources, of which the limited viewers see one or none, and what there is to ask about. */
import { connect, type Database } from '#platform/database/index.ts';
import { createLogger } from '#platform/logger.ts';
import { newId } from '#platform/ids.ts';
import type { Databases } from '#deploy/testing/databases.ts';
import { ADMINISTRATOR, startInProcess, type InProcess } from '#deploy/testing/inProcess.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Known } from './values.ts';

export type Viewer = {
  name: 'all' | 'one source' | 'nothing' | 'none';
  token: string | null;
  /** Ids and words that must be in no data that it gets. */
  secrets: Set<string>;
};

export type Stage = {
  url: string;
  viewers: readonly Viewer[];
  /** Looks again: what was made meanwhile is known from now on. */
  know(): Promise<Known>;
  /** What the product logged as an error since the last call. */
  takeErrors(): string[];
  /** Events that some consumer gave up. */
  deadLetters(): Promise<string[]>;
  /** Every committed event is sealed and consumed, or given up. */
  settle(): Promise<void>;
  stop(): Promise<void>;
};

/** In every name of a source: no other text has it. */
const WORDS = { seen: 'vqxseen', hidden: 'zxqhidden' };
const TABLES = 6;

const sourceSql = (word: string): string =>
  [
    `create schema ${word}_s`,
    ...Array.from(
      { length: TABLES },
      (_, n) => `create table ${word}_s.${word}_t${n} (id int primary key, ${word}_email text, ${word}_note text)`,
    ),
    `alter table ${word}_s.${word}_t1 add foreign key (id) references ${word}_s.${word}_t0`,
    `create table ${word}_s."${word} Bad" (id int)`,
    `create view ${word}_s.${word}_v as select id, ${word}_email from ${word}_s.${word}_t0`,
    `create view ${word}_s.${word}_w as select a.id, b.${word}_note from ${word}_s.${word}_v a join ${word}_s.${word}_t1 b using (id)`,
  ].join(';');

export async function createStage({ createDatabase, createEmptyDatabase }: Databases): Promise<Stage> {
  const location = await createDatabase();
  const errors: string[] = [];
  const logger = createLogger({ level: 'error', format: 'json', destination: { write: (line: string) => void errors.push(line) } });
  const product = await startInProcess({ location, logger, environment: { WS_MAX_PER_USER: '1000', WS_MAX_PER_ADDRESS: '1000' } });
  const sql = connect({ url: location.ownerUrl, name: 'fuzz', max: 2 });
  const spare = [(await createEmptyDatabase()).url, (await createEmptyDatabase()).url];
  const ask = await asker(product);
  const settle = () => settled(sql);
  const [seen, hidden] = [await addSource(ask, createEmptyDatabase, WORDS.seen), await addSource(ask, createEmptyDatabase, WORDS.hidden)];
  await govern(ask, sql, seen.id, hidden.id);
  await settle();

  const token = async (roles: object[], scopes: string[]): Promise<string> => {
    const email = `${newId()}@example.org`;
    const input = { email, name: 'Somebody', password: ADMINISTRATOR.password, roles };
    await ask('mutation ($input: CreateUserInput!) { createUser(input: $input) { cursor } }', { input });
    return await apiToken(product, await product.signIn(email, ADMINISTRATOR.password), scopes);
  };
  const viewer = (name: Viewer['name'], ofToken: string | null, secrets: string[]): Viewer => ({
    name,
    token: ofToken,
    secrets: new Set(secrets),
  });
  const hiddenNames = [WORDS.hidden, hidden.database];
  const all = viewer(
    'all',
    await apiToken(product, await product.signIn(ADMINISTRATOR.email, ADMINISTRATOR.password), ['ADMIN', 'STEWARD', 'READER', 'INGESTOR']),
    [],
  );
  const of = { sourceId: seen.id };
  const one = viewer(
    'one source',
    await token(
      [
        { role: 'READER', ...of },
        { role: 'STEWARD', ...of },
      ],
      ['READER', 'STEWARD'],
    ),
    hiddenNames,
  );
  const nothing = viewer('nothing', await token([{ role: 'READER', sourceId: newId() }], ['READER']), [
    ...hiddenNames,
    WORDS.seen,
    seen.database,
  ]);
  const none = viewer('none', null, [...nothing.secrets]);
  const viewers = [all, one, nothing, none];
  const users = (await sql<{ id: string }[]>`select user_id as id from identity.api_tokens`).map(({ id }) => id);

  return {
    url: product.url,
    viewers,
    settle,
    async know() {
      const ids = await knownIds(sql, [seen.id, hidden.id], users);
      for (const list of ids.hidden.values()) for (const id of list) for (const each of [one, nothing, none]) each.secrets.add(id);
      for (const noun of ['source', 'scan', 'scanRun', 'asset', 'column', 'violation']) {
        for (const id of ids.seen.get(noun) ?? []) for (const each of [nothing, none]) each.secrets.add(id);
      }
      const names = (word: string, namespace: string, database: string) => [
        word,
        `${word}_t0`,
        `${database}.${word}_s.${word}_t0`,
        database,
        namespace,
        `${word}_email`,
      ];
      return {
        ...ids,
        seenWords: names(WORDS.seen, seen.namespace, seen.database),
        hiddenWords: names(WORDS.hidden, hidden.namespace, hidden.database),
        cursors: [],
        datasets: [...[seen, hidden].flatMap(tablesOf), { namespace: 'file', name: 'nothing' }],
        databaseUrls: spare,
      };
    },
    takeErrors: () => errors.splice(0),
    deadLetters: async () =>
      (await sql<{ text: string }[]>`select consumer || ' ' || seq || ': ' || last_error as text from events.failures`).map(
        ({ text }) => text,
      ),
    async stop() {
      await product.stop();
      await sql.end({ timeout: 1 });
    },
  };
}

type Ask = (query: string, variables?: Record<string, unknown>) => Promise<any>;

/** As the administrator; throws on errors. */
async function asker(product: InProcess): Promise<Ask> {
  const token = await product.signIn(ADMINISTRATOR.email, ADMINISTRATOR.password);
  return async (query, variables) => {
    const { data, errors } = await product.ask(token, query, variables);
    if (errors) throw new Error(`${errors[0]!.extensions.code}: ${errors[0]!.message}`);
    return data;
  };
}

/** Lives longer than an access token. */
async function apiToken(product: InProcess, token: string, scopes: string[]): Promise<string> {
  const query = 'mutation ($input: CreateApiTokenInput!) { createApiToken(input: $input) { secret } }';
  const { data, errors } = await product.ask(token, query, { input: { name: 'fuzz', scopes } });
  if (errors) throw new Error(errors[0]!.message);
  return data.createApiToken.secret as string;
}

type Source = { id: string; namespace: string; database: string; word: string };

/** As OpenLineage names them. */
const tablesOf = ({ namespace, database, word }: Source): { namespace: string; name: string }[] =>
  ['t0', 't1', 't2', 'v'].map((name) => ({ namespace, name: `${database}.${word}_s.${word}_${name}` }));

async function addSource(ask: Ask, createEmptyDatabase: Databases['createEmptyDatabase'], word: string): Promise<Source> {
  const { url } = await createEmptyDatabase();
  const sql = connect({ url, name: 'fuzz', max: 1 });
  await sql.unsafe(sourceSql(word));
  await sql.end();
  const { registerSource } = await ask(
    'mutation ($input: RegisterSourceInput!) { registerSource(input: $input) { source { id namespace } } }',
    {
      input: { name: word, connector: 'postgres', config: { url }, description: `${word} words` },
    },
  );
  const { id, namespace } = registerSource.source;
  await ask('mutation ($id: ID!) { startScan(input: { sourceId: $id }) { cursor } }', { id });
  while ((await ask('query ($id: ID!) { source(id: $id) { lastRun { status } } }', { id })).source.lastRun?.status !== 'COMPLETED')
    await sleep(50);
  return { id, namespace, database: new URL(url).pathname.slice(1), word };
}

/** What people add: policies that find something, labels, lineage between the two sources, owners, words, a domain and a term. */
async function govern(ask: Ask, sql: Database, seenId: string, hiddenId: string): Promise<void> {
  for (const input of [
    { name: 'Names', ruleType: 'namingConvention', params: { pattern: '^[a-z0-9_]+$', target: 'asset' }, severity: 'WARNING' },
    { name: 'Masks', ruleType: 'noUnmaskedLabel', params: { labels: ['EMAIL'] }, severity: 'CRITICAL' },
  ]) {
    const { createPolicy } = await ask('mutation ($input: CreatePolicyInput!) { createPolicy(input: $input) { policy { id version } } }', {
      input,
    });
    await ask('mutation ($input: PublishPolicyInput!) { publishPolicy(input: $input) { cursor } }', { input: createPolicy.policy });
  }
  const { createDomain } = await ask('mutation { createDomain(input: { name: "Everything" }) { domain { id } } }');
  const { createGlossaryTerm } = await ask(
    'mutation { createGlossaryTerm(input: { name: "Person", definition: "Somebody" }) { term { id } } }',
  );
  const { createTeam } = await ask('mutation { createTeam(input: { name: "Team" }) { team { id } } }');
  await settled(sql);
  const views: string[] = [];
  for (const [id, word] of [
    [seenId, WORDS.seen],
    [hiddenId, WORDS.hidden],
  ]) {
    const { assets, columns } = await ask(
      'query ($ids: [ID!]!) { assets(first: 50, filter: { sourceIds: $ids }) { nodes { id version kind } } columns(first: 50, filter: { sourceIds: $ids }) { nodes { id name } } }',
      { ids: [id] },
    );
    await ask('mutation ($items: [UpdateAssetInput!]!) { updateAssets(input: { items: $items }) { cursor } }', {
      items: assets.nodes.map((asset: any) => ({
        id: asset.id,
        version: asset.version,
        domainId: createDomain.domain.id,
        termIds: [createGlossaryTerm.term.id],
        owners: [{ teamId: createTeam.team.id, role: 'OWNER' }],
        tags: [`${word}-tag`],
        description: `${word} words`,
      })),
    });
    await ask('mutation ($items: [SetColumnLabelInput!]!) { setColumnLabels(input: { items: $items }) { cursor } }', {
      items: columns.nodes
        .filter((column: any) => column.name.endsWith('_email'))
        .map((column: any) => ({ columnId: column.id, label: 'EMAIL', state: 'CONFIRMED' })),
    });
    views.push(...assets.nodes.filter((asset: any) => asset.kind === 'VIEW').map((asset: any) => asset.id));
  }
  for (const [from, to] of [
    [views[0], views[2]],
    [views[3], views[1]],
    [views[2], views[3]],
  ]) {
    const input = { from, to, reason: `${WORDS.hidden} reason`, job: { namespace: WORDS.hidden, name: `${WORDS.hidden}_job` } };
    await ask('mutation ($input: DeclareLineageInput!) { declareLineage(input: $input) { cursor } }', { input });
  }
}

async function settled(sql: Database): Promise<void> {
  const open = () => sql`
    select from events.outbox union all select from events.cursors where seq < (select seq from events.head)
    union all select from events.failures where retry_at is not null union all select from graphile_worker._private_jobs where run_at <= now() limit 1`;
  while ((await open()).length > 0) await sleep(30);
}

/** By noun. The viewers' own users and tokens are left out, and the two sources as ones to remove: what ends them would end the run. */
async function knownIds(sql: Database, sources: [string, string], users: readonly string[]): Promise<Pick<Known, 'seen' | 'hidden'>> {
  const [seenId] = sources;
  const rows = await sql<{ noun: string; id: string; isSeen: boolean }[]>`
    select * from (
      select 'source' as noun, id, id = ${seenId} as is_seen from catalog.sources where removed_at is null
      union all select 'scan', id, source_id = ${seenId} from catalog.scans
      union all select 'scanRun', id, source_id = ${seenId} from catalog.scan_runs
      union all select 'asset', id, source_id = ${seenId} from catalog.assets
      union all select 'column', id, source_id = ${seenId} from catalog.columns
      union all select 'violation', v.id, a.source_id = ${seenId} from policy.violations v join catalog.assets a on a.id = v.asset_id
      union all (select 'event', event_id, a.source_id = ${seenId} from events.log l join catalog.assets a on a.id::text = l.subject order by l.seq desc limit 300)
      union all select 'domain', id, true from catalog.domains
      union all select 'term', id, true from catalog.glossary_terms
      union all select 'user', id, true from identity.users where id <> all(${users as string[]})
      union all select 'team', id, true from identity.teams
      union all select 'token', id, true from identity.api_tokens where user_id <> all(${users as string[]})
      union all select 'policy', id, true from policy.policies
      union all select 'spare', id, true from catalog.sources where removed_at is null and id <> all(${sources as string[]})
      union all select 'job', job_id, true from lineage.jobs
      union all select 'run', id, true from lineage.runs
    ) known order by noun, id`;
  const seen = new Map<string, string[]>();
  const hidden = new Map<string, string[]>();
  for (const { noun, id, isSeen } of rows) {
    for (const [map, fits] of [
      [seen, isSeen],
      [hidden, !isSeen],
    ] as const) {
      if (!map.has(noun)) map.set(noun, []);
      if (fits) map.get(noun)!.push(id);
    }
  }
  return { seen, hidden };
}
