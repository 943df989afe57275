/** Backup and restore by the command line, of a filled world: what comes back is what was there, and what must not come back is refused before anything is changed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { JOBS, listTables, quoteColumns, quoteName, SCHEMAS } from '#deploy/backup/content.ts';
import { readBackup, writeBackup, type BackupHeader } from '#deploy/backup/file.ts';
import { locateDatabase } from '#deploy/database.ts';
import { startInProcess } from '#deploy/testing/inProcess.ts';
import { connect, type Database } from '#platform/database/index.ts';
import { roleUrl } from '#platform/database/roles.ts';
import { createEmptyDatabase, TEST_ROOT_KEY } from '#platform/testing/database.ts';
import { pursight, type Outcome, type RunOptions } from '../cli/testing/terminal.ts';
import { makeDataDir, removeDataDir } from './product.ts';
import { createWorld, EMAIL, PASSWORD, type World } from './world.ts';

const KEY = Buffer.from(TEST_ROOT_KEY).toString('base64');
const CLI = fileURLToPath(new URL('../cli/index.ts', import.meta.url));
const ASSETS = '{ assets(first: 50) { totalCount nodes { id name kind description version owners { role } } } }';
const EVENTS = 'query ($after: String) { events(first: 200, after: $after) { edges { cursor node { id type subject } } } }';
const LABELLED =
  '{ assets(first: 50, filter: { labels: ["EMAIL"] }) { totalCount } violations(first: 50) { nodes { status asset { name } } } }';

const folder = mkdtempSync(join(tmpdir(), 'pursight-backup-'));
const file = join(folder, 'world.backup');
let world: World;
let ownerUrl: string;
let sourceId: string;
let token: string;
let oldCursor: string;
/** What the backup has. */
let saved: Record<string, string[]>;
const empties: { drop(): Promise<void> }[] = [];

const urlOf = (database: string): string => Object.assign(new URL(inject('postgres').url), { pathname: `/${database}` }).href;
async function emptyDatabase() {
  const made = await createEmptyDatabase();
  empties.push(made);
  return made;
}

/** The command line, with this database as the server's. */
async function onDatabase(
  url: string,
  args: string[],
  options: RunOptions & { key?: string; settings?: Record<string, string> } = {},
): Promise<Outcome> {
  const AUDIT_FILE = url && join(folder, `${new URL(url).pathname.slice(1)}.jsonl`);
  const settings = { DATABASE_URL: url, SECRET_KEY: options.key ?? KEY, NEO4J_URL: '', AUDIT_FILE, ...options.settings };
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  try {
    return await pursight(args, options);
  } finally {
    vi.unstubAllEnvs();
  }
}

/** As a process of its own, which can be killed. */
const startCommand = (url: string, args: string[]): ChildProcess =>
  spawn(process.execPath, [CLI, ...args], {
    env: { ...process.env, DATABASE_URL: url, SECRET_KEY: KEY, NEO4J_URL: '', DATA_DIR: folder },
    stdio: 'ignore',
  });
const ended = (child: ChildProcess): Promise<unknown> => new Promise((resolve) => child.once('exit', resolve));

/** Each row of each table as text, but for what a restore makes anew, and checkpoints, of which a world has another one every minute. */
async function rowsOf(sql: Database): Promise<Record<string, string[]>> {
  const rows: Record<string, string[]> = {};
  for (const { name, columns } of await listTables(sql)) {
    if (name === JOBS || name === 'events.checkpoints') continue;
    const kept = columns.filter((column) => name !== 'events.head' || !['epoch', 'snapshot', 'resume_after'].includes(column));
    const found = await sql.unsafe<{ row: string }[]>(
      `select r::text as row from (select ${quoteColumns(kept)} from ${quoteName(name)}) r order by 1`,
    );
    rows[name] = found.map(({ row }) => row);
  }
  return rows;
}

const MANY = 100_000;

/** While the database has so many rows that a command takes seconds. */
async function withManyRows(work: () => Promise<void>): Promise<void> {
  await world.owner`insert into catalog.search_words (word, classes) select md5(n::text) || n, '{1}' from generate_series(1, ${MANY}) n`;
  try {
    await work();
  } finally {
    await world.owner`delete from catalog.search_words where length(word) > 32`;
  }
}

/** Its own digest, as somebody can make who has no root key. */
function withDigest(text: string): string {
  const end = text.lastIndexOf('\n', text.length - 2) + 1;
  const sha256 = createHash('sha256').update(text.slice(0, end)).digest('hex');
  return `${text.slice(0, end)}${JSON.stringify({ ...JSON.parse(text.slice(end)), sha256 })}\n`;
}

/** Indexes, constraints, triggers and whether they fire, and the last number of each sequence; partitions' indexes have names of their own. */
async function structureOf(sql: Database): Promise<string[]> {
  const rows = await sql<{ each: string }[]>`
    select indexdef as each from pg_indexes where schemaname = any(${SCHEMAS}) and tablename !~ '^log_[0-9]'
    union all select conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(c.oid) from pg_constraint c
      where connamespace::regnamespace::text = any(${SCHEMAS}) and conrelid <> 0 and conrelid::regclass::text !~ '\\.log_[0-9]'
    union all select tgrelid::regclass || ' ' || tgname || ' ' || tgenabled::text from pg_trigger t join pg_class r on r.oid = tgrelid
      where r.relnamespace::regnamespace::text = any(${SCHEMAS}) and not tgisinternal
    union all select schemaname || '.' || sequencename || ' ' || last_value from pg_sequences where schemaname = any(${SCHEMAS}) and last_value is not null
    order by 1`;
  return rows.map(({ each }) => each);
}

const hasPurSight = async (sql: Database): Promise<boolean> => (await sql`select from pg_namespace where nspname = 'catalog'`).length > 0;

beforeAll(async () => {
  world = await createWorld();
  ownerUrl = urlOf(world.database);
  const database = await emptyDatabase();
  await database.sql.unsafe(`
    create table people (id int primary key, email text not null, note text default E'tab\\t \\\\ line\\nend');
    comment on table people is E'who\\nwe know\\t\\\\N of';
    create view everyone as select id, email from people;`);
  ({ id: sourceId } = await world.addSource('shop', { url: database.url }));
  expect(await world.scan(sourceId)).toMatchObject({ status: 'COMPLETED' });
  const { assets } = await world.admin(ASSETS);
  const people = assets.nodes.find(({ name }: { name: string }) => name.endsWith('.public.people'));
  const reader = await world.createUser([{ role: 'READER', sourceId }]);
  await world.admin('mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { asset { id } } }', {
    input: { id: people.id, version: people.version, description: 'Ünsere\tKunden \\ 1\n2', tags: ['core'] },
  });
  await world
    .admin('mutation ($input: CreatePolicyInput!) { createPolicy(input: $input) { policy { id } } }', {
      input: { name: 'Owners', ruleType: 'ownerRequired', params: {}, severity: 'ERROR', scope: {} },
    })
    .then(({ createPolicy }) =>
      world.admin('mutation ($id: ID!, $version: Int!) { publishPolicy(input: { id: $id, version: $version }) { policy { id } } }', {
        id: createPolicy.policy.id,
        version: 1,
      }),
    );
  ({ secret: token } = await world.createToken(reader, ['READER']));
  // Of a task that no worker here has: it waits.
  await world.owner`select jobs.add('of another time', '{"what":"a\\tb"}', null, 'once')`;
  await world.consumed();
  oldCursor = (await world.admin(EVENTS)).events.edges.at(-1).cursor;
}, 60_000);
afterAll(async () => {
  await world?.stop();
  for (const each of empties) await each.drop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a backup', () => {
  it('is one file that only its owner may read, written while PurSight runs', async () => {
    let outcome: Outcome;
    let before: typeof saved;
    // Again where PurSight has just written down who read what, which it does now and then.
    do {
      rmSync(file, { force: true });
      before = await rowsOf(world.owner);
      outcome = await onDatabase(ownerUrl, ['--json', 'backup', file]);
      saved = await rowsOf(world.owner);
    } while (!isDeepStrictEqual(before, saved));
    const { code, stdout, stderr } = outcome;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const rows = Object.values(saved).reduce((sum, each) => sum + each.length, 0);
    expect(JSON.parse(stdout)).toMatchObject({ file, bytes: statSync(file).size, seq: expect.any(Number) });
    expect(JSON.parse(stdout).rows).toBeGreaterThanOrEqual(rows);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['world.backup']);
    expect(await onDatabase(ownerUrl, ['backup', file])).toMatchObject({ code: 1, stderr: expect.stringContaining('exists') });
  });

  it(
    'has its name only once it is whole: not after a kill half way, and not after Ctrl-C, which leaves nothing behind',
    { timeout: 60_000 },
    async () => {
      const [killed, stopped] = [join(folder, 'killed.backup'), join(folder, 'stopped.backup')];
      const begun = async (name: string): Promise<void> => {
        const unfinished = (): string | undefined => readdirSync(folder).find((each) => each.startsWith(`${name}.unfinished`));
        while (!unfinished() || statSync(join(folder, unfinished()!)).size === 0) await sleep(5);
      };
      await withManyRows(async () => {
        const child = startCommand(ownerUrl, ['backup', killed]);
        const exit = ended(child);
        await begun('killed.backup');
        child.kill('SIGKILL');
        await exit;
        const interrupt = new AbortController();
        const outcome = onDatabase(ownerUrl, ['backup', stopped], { interrupt: interrupt.signal });
        await begun('stopped.backup');
        interrupt.abort();
        expect(await outcome).toEqual({ code: 1, stdout: '', stderr: 'Stopped. Nothing was written.\n' });
      });
      expect(existsSync(killed)).toBe(false);
      expect(readdirSync(folder).filter((name) => name.startsWith('stopped'))).toEqual([]);
      expect(await onDatabase(ownerUrl, ['backup', killed])).toMatchObject({ code: 0 });
    },
  );
});

describe('a restore', () => {
  it(
    'brings all of it back: rows, sessions apart, work that waits, secrets; old cursors are expired, and the log verifies',
    { timeout: 120_000 },
    async () => {
      const made = await emptyDatabase();
      const { code, stderr } = await onDatabase(made.url, ['restore', file]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const [before, after] = [saved, await rowsOf(made.sql)];
      expect(Object.keys(after)).toEqual(Object.keys(before));
      for (const [name, rows] of Object.entries(before)) expect({ [name]: after[name] }).toEqual({ [name]: rows });
      expect(before['catalog.assets']!.length).toBeGreaterThan(3);

      expect(await structureOf(made.sql)).toEqual(await structureOf(world.owner));
      const waiting = await made.sql`
      select tasks.identifier, jobs.payload, jobs.key, jobs.max_attempts, jobs.attempts
      from graphile_worker._private_jobs jobs join graphile_worker._private_tasks tasks on tasks.id = jobs.task_id`;
      expect(waiting).toEqual([{ identifier: 'of another time', payload: { what: 'a\tb' }, key: 'once', maxAttempts: 1_000, attempts: 0 }]);

      const location = { ownerUrl: made.url, rolePrefix: '', rootKey: TEST_ROOT_KEY };
      const environment = { AUDIT_FILE: join(folder, 'checkpoints.jsonl') };
      const product = await startInProcess({ location, environment });
      try {
        const session = await product.signIn(EMAIL, PASSWORD);
        const ask = async (query: string, variables?: Record<string, unknown>) => {
          const { data, errors } = await product.ask(session, query, variables);
          expect(errors).toBeUndefined();
          return data;
        };
        expect(await ask(ASSETS)).toEqual(await world.admin(ASSETS));
        expect(await ask(LABELLED)).toEqual(await world.admin(LABELLED));
        expect((await product.ask(token, ASSETS)).data.assets.totalCount).toBeGreaterThan(0);
        const expired = await product.ask(session, EVENTS, { after: oldCursor });
        expect(expired.errors![0]!.extensions.code).toBe('CURSOR_EXPIRED');
        const [ours, theirs] = [await ask(EVENTS), await world.admin(EVENTS)];
        const nodes = ({ events }: any): unknown[] => events.edges.map(({ node }: any) => node);
        expect(nodes(ours).slice(0, nodes(theirs).length)).toEqual(nodes(theirs));
        // Its password is opened with the root key, and numbers go on after those that were given.
        const { startScan } = await ask('mutation ($id: ID!) { startScan(input: { sourceId: $id }) { run { id } } }', { id: sourceId });
        const status = async (): Promise<string> =>
          (await ask('query ($id: ID!) { scanRun(id: $id) { status } }', { id: startScan.run.id })).scanRun.status;
        while (['QUEUED', 'RUNNING'].includes(await status())) await sleep(50);
        expect(await status()).toBe('COMPLETED');
        const scans = async () => (await ask(EVENTS)).events.edges.filter(({ node }: any) => node.type === 'scan.completed').length;
        while ((await scans()) < 2) await sleep(50);
      } finally {
        await product.stop();
      }
      // Once more: the file of checkpoints has later ones now, of events that are no more.
      const replaced = await onDatabase(made.url, ['restore', file, '--replace', '--yes'], { settings: environment });
      expect(replaced).toMatchObject({ code: 0, stderr: '' });
      const verify = async (): Promise<void> => {
        const { code, stdout } = await onDatabase(made.url, ['--json', 'audit', 'verify'], { settings: environment });
        const found = JSON.parse(stdout);
        expect({ code, ...found }).toMatchObject({ code: 0, faultCount: 0, epochs: [{ epoch: expect.any(String) }] });
        expect(found.checkpoints.void).toBeGreaterThan(0);
      };
      await verify();
      const again = await startInProcess({ location, environment });
      await again.stop();
      await verify();
    },
  );

  it('refuses a file that was cut, damaged, made anew, of a newer version or another key, before it changes anything', async () => {
    const made = await emptyDatabase();
    const bytes = readFileSync(file);
    const bad = join(folder, 'bad.backup');
    const refused = async (content: Buffer, message: RegExp, options: { key?: string } = {}): Promise<void> => {
      writeFileSync(bad, content);
      expect(await onDatabase(made.url, ['restore', bad], options)).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(message),
      });
      expect(await hasPurSight(made.sql)).toBe(false);
    };
    for (const length of [1, 9, 40, 1_000, Math.floor(bytes.length / 2), bytes.length - 9, bytes.length - 1]) {
      await refused(bytes.subarray(0, length), /damaged or was cut off|no backup/);
    }
    for (const place of [0, 10, 300, 2_000, Math.floor(bytes.length / 2), bytes.length - 200, bytes.length - 6]) {
      const flipped = Buffer.from(bytes);
      flipped[place]! ^= 0x10;
      await refused(flipped, /damaged or was cut off|no backup/);
    }
    await refused(Buffer.alloc(0), /damaged or was cut off|no backup/);
    await refused(Buffer.from('create table users'), /is no backup of PurSight/);
    const text = gunzipSync(bytes).toString('utf8');
    const rewritten = (change: (text: string) => string): Buffer => gzipSync(change(text));
    await refused(
      rewritten((each) => each.replace('"formatVersion":1', '"formatVersion":2')),
      /newer PurSight/,
    );
    await refused(
      rewritten((each) => each.replace('example.org', 'example.com')),
      /damaged/,
    );
    await refused(
      rewritten((each) => each.slice(0, each.lastIndexOf('\n', each.length - 2) + 1)),
      /damaged/,
    );
    await refused(
      rewritten((each) => `${each}more\n`),
      /damaged/,
    );
    await refused(bytes, /under another root key.*SECRET_KEY/, { key: Buffer.alloc(32, 7).toString('base64') });
    const forged = rewritten((each) => withDigest(each.replaceAll('example.org', 'example.com')));
    await refused(forged, /was not written by PurSight with this root key/);
    expect(await onDatabase(made.url, ['restore', join(folder, 'none.backup')])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/There is no file/),
    });
  });

  it('refuses what a newer version wrote with this key', async () => {
    const made = await emptyDatabase();
    const newer = join(folder, 'newer.backup');
    let header: BackupHeader | undefined;
    for await (const part of readBackup(file, TEST_ROOT_KEY)) if ('header' in part) header = part.header;
    const { format: _format, formatVersion: _version, keyId: _key, ...content } = header!;
    const migrations = { ...content.migrations, catalog: [...content.migrations.catalog!, 9_000_000_000_000] };
    await writeBackup(newer, TEST_ROOT_KEY, { ...content, productVersion: '9.0.0', migrations, tables: [] }, async function* () {});
    expect(await onDatabase(made.url, ['restore', newer])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/newer PurSight \(9\.0\.0\)/),
    });
    expect(await hasPurSight(made.sql)).toBe(false);
  });

  it('tells what is in a file without a database', async () => {
    const { code, stdout } = await onDatabase('postgres://nobody@127.0.0.1:1/none', ['--json', 'restore', '--check', file]);
    expect({ code, found: JSON.parse(stdout) }).toMatchObject({
      code: 0,
      found: { file, productVersion: expect.any(String), rows: expect.any(Number) },
    });
  });

  it('refuses while PurSight runs, or is there already', async () => {
    expect(await onDatabase(ownerUrl, ['restore', file])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/PurSight runs.*Stop it/),
    });
    expect(await onDatabase(ownerUrl, ['restore', file, '--replace', '--yes'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/PurSight runs/),
    });
    const made = await emptyDatabase();
    expect(await onDatabase(made.url, ['restore', file])).toMatchObject({ code: 0 });
    expect(await onDatabase(made.url, ['restore', file])).toMatchObject({ code: 1, stderr: expect.stringMatching(/--replace/) });
    expect(await onDatabase(made.url, ['restore', file, '--replace'])).toMatchObject({ code: 2, stderr: expect.stringMatching(/--yes/) });
    expect(await onDatabase(made.url, ['restore', file, '--replace'], { tty: true, stdin: 'no\n' })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/Nothing was changed/),
    });
    // A process of its own holds no lock on the product.
    const location = await locateDatabase(made.url, TEST_ROOT_KEY);
    const other = connect({ url: roleUrl(location, 'catalog'), name: 'catalog' });
    try {
      await other`select 1`;
      expect(await onDatabase(made.url, ['restore', file, '--replace', '--yes'])).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/pursight catalog/),
      });
    } finally {
      await other.end();
    }
  });

  it('replaces what is there when that is confirmed, and ends every position in the log', { timeout: 60_000 }, async () => {
    const made = await emptyDatabase();
    const epochOf = async (): Promise<string> => (await made.sql<{ epoch: string }[]>`select epoch from events.head`)[0]!.epoch;
    await onDatabase(made.url, ['restore', file]);
    const first = await epochOf();
    await made.sql`update catalog.sources set name = 'changed since'`;
    await made.sql`create table identity.of_a_later_version (id int)`;
    expect(await onDatabase(made.url, ['restore', file, '--replace'], { tty: true, stdin: 'y\n' })).toMatchObject({ code: 0 });
    expect(await rowsOf(made.sql)).toEqual(saved);
    expect(new Set([first, await epochOf(), oldCursor.split('.')[0]]).size).toBe(3);
  });

  it('needs no superuser: the owner of a managed server can do both', { timeout: 60_000 }, async () => {
    const made = await emptyDatabase();
    const database = new URL(made.url).pathname.slice(1);
    const owner = `${database}_owner`;
    await made.sql.unsafe(`create role ${owner} login createrole password 'of the tests'; alter database ${database} owner to ${owner}`);
    const url = Object.assign(new URL(made.url), { username: owner, password: 'of the tests' }).href;
    expect(await onDatabase(url, ['restore', file])).toMatchObject({ code: 0, stderr: '' });
    expect(await onDatabase(url, ['backup', join(folder, 'managed.backup')])).toMatchObject({ code: 0, stderr: '' });
    expect(await onDatabase(url, ['restore', join(folder, 'managed.backup'), '--replace', '--yes'])).toMatchObject({ code: 0, stderr: '' });
    expect(await rowsOf(made.sql)).toEqual(saved);
  });

  it(
    'makes and fills the embedded database of a machine that has only the root key, and backs it up while nothing runs',
    { timeout: 120_000 },
    async () => {
      const [dataDir, again] = [makeDataDir(), join(folder, 'again.backup')];
      try {
        const settings = { DATABASE_URL: '', SECRET_KEY: '', DATA_DIR: dataDir };
        expect(await onDatabase('', ['restore', file], { settings })).toMatchObject({
          code: 1,
          stderr: expect.stringMatching(/There is no root key/),
        });
        mkdirSync(dataDir, { mode: 0o755 });
        writeFileSync(join(dataDir, 'root.key'), `${KEY}\n`, { mode: 0o600 });
        expect(await onDatabase('', ['restore', file], { settings })).toMatchObject({ code: 0, stderr: '' });
        expect(await onDatabase('', ['audit', 'verify'], { settings })).toMatchObject({ code: 0, stderr: '' });
        expect(existsSync(join(dataDir, 'checkpoints.jsonl'))).toBe(true);
        const { code, stdout } = await onDatabase('', ['--json', 'backup', again], { settings });
        expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, seq: saved['events.log']!.length });
        expect(await onDatabase('', ['database', 'url'], { settings })).toMatchObject({
          code: 4,
          stderr: expect.stringMatching(/does not run/),
        });
      } finally {
        removeDataDir(dataDir);
      }
    },
  );

  it('changes nothing when it is killed half way, or cannot go on', { timeout: 120_000 }, async () => {
    const made = await emptyDatabase();
    await onDatabase(made.url, ['restore', file]);
    const large = join(folder, 'large.backup');
    await withManyRows(async () => void expect(await onDatabase(ownerUrl, ['backup', large])).toMatchObject({ code: 0 }));
    const before = await rowsOf(made.sql);
    const copying = async (): Promise<boolean> =>
      (
        await made.sql`select from pg_stat_progress_copy where relid <> 0 and command = 'COPY FROM' and datname = current_database() and tuples_processed > 10000`
      ).length > 0;
    const child = startCommand(made.url, ['restore', large, '--replace', '--yes']);
    const exit = ended(child);
    while (child.exitCode === null && !(await copying())) await sleep(10);
    expect(child.exitCode).toBe(null);
    child.kill('SIGKILL');
    await exit;
    expect(await rowsOf(made.sql)).toEqual(before);
    expect(await onDatabase(made.url, ['restore', large, '--replace', '--yes'])).toMatchObject({ code: 0, stderr: '' });
    const [words] = await made.sql<{ count: number }[]>`select count(*) from catalog.search_words`;
    expect(words!.count).toBeGreaterThan(MANY);
  });
});
