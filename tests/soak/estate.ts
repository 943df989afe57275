/** What the clients of `npm run soak mix` work on: sources that go on changing, what people added to them, and people. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Databases } from '#deploy/testing/databases.ts';
import { connect, type Database } from '#platform/database/index.ts';
import type { Random } from '#subgraphs/catalog/connectors/postgres/testing/randomSchema.ts';
import type { OwnProduct } from './product.ts';

export type Source = {
  id: string;
  /** Something is different at the source from now on, which the next scan finds. */
  change(random: Random): Promise<void>;
};
/** `isFull`: sees all there is. */
export type Person = { token: string; isFull: boolean };
export type Estate = {
  sources: readonly Source[];
  people: readonly Person[];
  domainIds: readonly string[];
  termId: string;
  teamId: string;
  stop(): Promise<void>;
};

const SOURCES = 2;
const FULL = 6;
const LIMITED = 4;

const sourceSql = (tables: number): string =>
  Array.from({ length: tables }, (_, n) => [
    `create table t${n} (id int primary key, email text, full_name text, amount numeric(10, 2), created_at timestamptz, note text)`,
    n % 4 === 0
      ? `create view v${n} as select id, email from t${n}`
      : `create view v${n} as select a.id, b.email from t${n} a join t${n - 1} b using (id)`,
  ])
    .flat()
    .join(';');

/** `tables`: of each source, with as many views. */
export async function createEstate(product: OwnProduct, { createEmptyDatabase }: Databases, tables: number): Promise<Estate> {
  const { admin } = product;
  const pools: Database[] = [];
  const sources: Source[] = [];
  for (let number = 1; number <= SOURCES; number++) {
    const { url } = await createEmptyDatabase();
    const sql = connect({ url, name: 'soak', max: 1 });
    pools.push(sql);
    await sql.unsafe(sourceSql(tables));
    const { registerSource } = await admin('mutation ($input: RegisterSourceInput!) { registerSource(input: $input) { source { id } } }', {
      input: { name: `Source ${number}`, connector: 'postgres', config: { url } },
    });
    const { id } = registerSource.source;
    await scan(product, id);
    sources.push({ id, change: makeChanges(sql, tables) });
  }
  const added = await govern(product);
  const everything = [{ role: 'READER' }, { role: 'STEWARD' }];
  const people: Person[] = [];
  for (let n = 0; n < FULL; n++) people.push({ token: await product.createUser(everything), isFull: true });
  for (let n = 0; n < LIMITED; n++) {
    const { id: sourceId } = sources[n % SOURCES]!;
    people.push({ token: await product.createUser(everything.map((each) => ({ ...each, sourceId }))), isFull: false });
  }
  return { sources, people, ...added, stop: async () => void (await Promise.all(pools.map((sql) => sql.end({ timeout: 1 })))) };
}

async function scan({ admin }: OwnProduct, sourceId: string): Promise<void> {
  const { startScan } = await admin('mutation ($id: ID!) { startScan(input: { sourceId: $id }) { run { id } } }', { id: sourceId });
  for (;;) {
    const { scanRun } = await admin('query ($id: ID!) { scanRun(id: $id) { status error } }', { id: startScan.run.id });
    if (scanRun.status === 'COMPLETED') return;
    if (!['QUEUED', 'RUNNING'].includes(scanRun.status)) throw new Error(`The scan ended ${scanRun.status}: ${scanRun.error}`);
    await sleep(50);
  }
}

/** Few tables go at once: a scan that would delete many of them asks first. */
function makeChanges(sql: Database, tables: number): Source['change'] {
  const extra: string[] = [];
  let serial = 0;
  return async (random) => {
    const n = random.below(tables);
    const statement = random.pick([
      () => `alter table t${n} add column x${++serial} ${random.pick(['int', 'text', 'timestamptz'])}`,
      () => `alter table t${n} alter column amount type numeric(${10 + random.below(10)}, 2)`,
      () => `comment on table t${n} is 'words ${++serial}'`,
      () => `create table e${++serial} (id int primary key, email text)`,
      () => (extra.length > 2 ? `drop table ${extra.shift()}` : `comment on column t${n}.note is 'words ${++serial}'`),
    ])();
    const [, made] = /^create table (\w+)/.exec(statement) ?? [];
    if (made) extra.push(made);
    await sql.unsafe(statement);
  };
}

/** Policies that go on finding something, a domain to move assets to and from, a term and a team. */
async function govern({ admin }: OwnProduct): Promise<Pick<Estate, 'domainIds' | 'termId' | 'teamId'>> {
  for (const input of [
    { name: 'Owners', ruleType: 'ownerRequired', params: {}, severity: 'WARNING' },
    { name: 'Masks', ruleType: 'noUnmaskedLabel', params: { labels: ['EMAIL'] }, severity: 'CRITICAL' },
  ]) {
    const { createPolicy } = await admin(
      'mutation ($input: CreatePolicyInput!) { createPolicy(input: $input) { policy { id version } } }',
      {
        input,
      },
    );
    await admin('mutation ($input: PublishPolicyInput!) { publishPolicy(input: $input) { cursor } }', { input: createPolicy.policy });
  }
  const domainIds: string[] = [];
  for (const name of ['Sales', 'Finance']) {
    const { createDomain } = await admin('mutation ($name: String!) { createDomain(input: { name: $name }) { domain { id } } }', { name });
    domainIds.push(createDomain.domain.id);
  }
  const { createGlossaryTerm } = await admin(
    'mutation { createGlossaryTerm(input: { name: "Person", definition: "Somebody" }) { term { id } } }',
  );
  const { createTeam } = await admin('mutation { createTeam(input: { name: "Stewards" }) { team { id } } }');
  return { domainIds, termId: createGlossaryTerm.term.id, teamId: createTeam.team.id };
}
