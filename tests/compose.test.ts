/** Dockerfile, docker-compose.yml and what they name: checked without Docker, by the library that `docker compose` itself reads the file with. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSettings, settingsSchema } from '#platform/config.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const [compose, dockerfile, docs] = [read('docker-compose.yml'), read('Dockerfile'), read('docs/deployment.md')];

/** `docker compose config` without Docker: github.com/compose-spec/compose-go. Built once, outside of the tree. */
const CHECKER_VERSION = 'v2.16.2';
const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'pursight-tools');
const CHECKER = join(CACHE, `compose-go-${CHECKER_VERSION}`);

/** Why there is no checker, or undefined. */
function installChecker(): string | undefined {
  if (existsSync(CHECKER)) return undefined;
  if (spawnSync('go', ['version']).status !== 0) return 'there is no Go to build it with';
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'building-'));
  try {
    const built = spawnSync('go', ['install', `github.com/compose-spec/compose-go/v2/cmd@${CHECKER_VERSION}`], {
      env: { ...process.env, GOBIN: folder },
      encoding: 'utf8',
      timeout: 240_000,
    });
    if (built.status !== 0) return `Go could not build it: ${(built.stderr || String(built.error)).trim().split('\n').at(-1)}`;
    renameSync(join(folder, 'cmd'), CHECKER);
    return undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const missing = installChecker();

/** Each variable as it is written: `${NAME:-default}` or `${NAME:?why it is needed}`. */
const VARIABLE = /\$\{(\w+):([-?])([^}]*)\}/g;
const variables = [...compose.matchAll(VARIABLE)].map(([, name, kind]) => ({ name: name!, required: kind === '?' }));
const requiredNames = [...new Set(variables.filter(({ required }) => required).map(({ name }) => name))].sort();
const SECRET_KEY = Buffer.alloc(32, 7).toString('base64');

/** Every `environment` of our own services, by its keys. */
function ownSettings(): string[] {
  const shared = /^x-shared:[^\n]*\n((?: {2}.*\n)+)/m.exec(compose)![1]!;
  const own = compose.split(/^ {2}(?=\w+:$)/m).filter((service) => service.includes('*pursight'));
  expect(own).toHaveLength(7);
  return [shared, ...own.map((service) => /environment:\n((?: {6}.*\n)+)/.exec(service)![1]!)].flatMap((block) =>
    [...block.matchAll(/^\s+([A-Z_]+):/gm)].map(([, name]) => name!),
  );
}

describe('docker-compose.yml', () => {
  it('starts files that exist, with a health check that does, too', () => {
    const commands = [...compose.matchAll(/^ +(?:command|test): (\['(?:node|CMD', 'node)'.*\])$/gm)].map(([, list]) =>
      (JSON.parse(list!.replaceAll("'", '"')) as string[]).find((word) => word.startsWith('deploy/')),
    );
    expect(commands.sort()).toEqual([
      'deploy/healthy.mjs',
      'deploy/healthy.mjs',
      'deploy/separate/client.ts',
      'deploy/separate/router.ts',
      ...Array<string>(4).fill('deploy/separate/subgraph.ts'),
      'deploy/separate/worker.ts',
    ]);
    for (const file of commands) expect(existsSync(join(ROOT, file!)), file).toBe(true);
  });

  it('gives our processes nothing but settings', () => {
    const names = ownSettings();
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) expect(Object.keys(settingsSchema.shape)).toContain(name);
  });

  it('needs no variable that the documents do not tell, and says of each required one what to set', () => {
    expect(requiredNames).toEqual(['NEO4J_PASSWORD', 'POSTGRES_PASSWORD', 'SECRET_KEY']);
    for (const { name } of variables) expect(docs, name).toContain(`\`${name}\``);
    for (const [, name, kind, words] of compose.matchAll(VARIABLE)) if (kind === '?') expect(words).toContain(`set ${name} in .env`);
    // Nothing else begins with a dollar: no variable escapes these checks.
    expect(compose.replaceAll(VARIABLE, '')).not.toContain('$');
  });

  it('holds no password', () => {
    for (const [, name, value] of compose.matchAll(/^\s+(\w*(?:PASSWORD|KEY|AUTH|SECRET)\w*): (.*)$/gm)) {
      expect(value, name).toMatch(/^(neo4j\/)?\$\{\w+:[-?][^}]*\}$/);
    }
    expect(compose.match(/:\/\/[^:\s]+:[^$@\s]+@/)).toBeNull();
  });
});

describe(`docker-compose.yml as Docker reads it${missing ? ` (NOT CHECKED: ${missing})` : ''}`, { skip: missing !== undefined }, () => {
  let folder: string;
  const check = (text: string) => {
    writeFileSync(join(folder, 'docker-compose.yml'), text);
    return spawnSync(CHECKER, ['-format', 'json', 'docker-compose.yml'], { cwd: folder, env: {}, encoding: 'utf8' });
  };
  /** The checker looks up no variables: their values are put in here, as Compose would. */
  const filled = compose.replaceAll(VARIABLE, (_all, name: string, kind: string, words: string) =>
    kind === '-' ? words : name === 'SECRET_KEY' ? SECRET_KEY : 'letters123',
  );
  const load = () => {
    const { status, stdout, stderr } = check(filled);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    return JSON.parse(stdout) as { services: Record<string, any>; networks: Record<string, any>; volumes: Record<string, any> };
  };
  const OWN = ['catalog', 'policy', 'lineage', 'identity', 'router', 'worker'];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pursight-compose-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('has every service, the one for many assets on demand', () => {
    const { services } = load();
    const profiles = Object.fromEntries(Object.entries(services).map(([name, service]) => [name, service.profiles ?? []]));
    const always = Object.fromEntries([...OWN, 'client', 'postgres', 'neo4j'].map((name) => [name, []]));
    expect(profiles).toEqual({ ...always, meilisearch: ['search'] });
    expect(services.postgres.image).toBe('postgres:18');
    expect(services.neo4j.image).toBe('neo4j:5-community');
    expect(services.meilisearch.image).toMatch(/^getmeili\/meilisearch:v1\.\d+$/);
  });

  it('is refused with a key that it does not know, and without what is required', () => {
    expect(check(filled.replace('\n  router:\n', '\n  router:\n    colour: red\n')).status).toBe(1);
    const { status, stderr } = check(compose);
    expect(status).toBe(1);
    for (const name of requiredNames) expect(stderr).toContain(`required variable ${name} is missing a value: set ${name} in .env`);
  });

  it('gives each process settings that it can start with', () => {
    const { services } = load();
    for (const name of OWN) {
      const environment = Object.entries(services[name].environment).map(([key, value]) => [key, String(value ?? '')]);
      const settings = parseSettings(Object.fromEntries(environment));
      expect(settings).toMatchObject({
        HOST: '0.0.0.0',
        SECRET_KEY,
        DATABASE_URL: 'postgres://pursight:letters123@postgres:5432/pursight',
      });
      for (const [subgraph, url] of settings.SUBGRAPH_URLS) expect(Number(url.port)).toBe(services[subgraph].environment.PORT);
    }
    expect([...parseSettings({ SUBGRAPH_URLS: services.router.environment.SUBGRAPH_URLS }).SUBGRAPH_URLS.values()].map(String)).toEqual([
      'http://catalog:4001/',
      'http://policy:4004/',
      'http://lineage:4005/',
      'http://identity:4002/',
    ]);
    // The client has neither key nor database.
    const client = Object.fromEntries(Object.entries(services.client.environment).map(([key, value]) => [key, String(value ?? '')]));
    const settings = parseSettings(client);
    expect(settings).toMatchObject({ HOST: '0.0.0.0', CLIENT_PORT: 3000, ROUTER_URL: 'http://router:4000' });
    expect(settings).not.toHaveProperty('SECRET_KEY');
    expect(settings).not.toHaveProperty('DATABASE_URL');
    expect(services.postgres.environment.POSTGRES_PASSWORD).toBe('letters123');
    expect(services.neo4j.environment.NEO4J_AUTH).toBe('neo4j/letters123');
    const askers = OWN.filter((name) => services[name].environment.NEO4J_URL);
    expect(askers).toEqual(['lineage', 'worker']);
    for (const name of askers) {
      expect(services[name].environment).toMatchObject({ NEO4J_URL: 'bolt://neo4j:7687', NEO4J_PASSWORD: 'letters123' });
      expect(services[name].depends_on.neo4j).toMatchObject({ condition: 'service_started' });
    }
    // Search is PostgreSQL's until both are set.
    const searching = OWN.filter((name) => 'MEILI_URL' in services[name].environment);
    expect(searching).toEqual(['catalog', 'worker']);
    for (const name of searching) {
      const { MEILI_URL, MEILI_KEY } = services[name].environment;
      expect([MEILI_URL, MEILI_KEY].filter(Boolean)).toEqual([]);
    }
  });

  it('lets nobody in but through the web client and the router, on the loopback', () => {
    const { services, networks } = load();
    const open = Object.entries(services).filter(([, service]) => service.ports);
    expect(open.map(([name, service]) => [name, service.ports])).toEqual([
      ['client', [expect.objectContaining({ host_ip: '127.0.0.1', published: '3000', target: 3000 })]],
      ['router', [expect.objectContaining({ host_ip: '127.0.0.1', published: '4000', target: 4000 })]],
    ]);
    expect(networks.inside.internal).toBe(true);
    for (const name of ['postgres', 'neo4j', 'meilisearch', 'policy', 'lineage', 'identity'])
      expect(Object.keys(services[name].networks)).toEqual(['inside']);
  });

  it('lets our processes do nothing that they do not need', () => {
    const { services } = load();
    for (const name of [...OWN, 'client']) {
      expect(services[name], name).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
      // A worker keeps the file of checkpoints, and nobody else anything.
      const kept = name === 'worker' ? [expect.objectContaining({ source: 'evidence', target: '/data' })] : undefined;
      expect(services[name].volumes, name).toEqual(kept);
    }
  });

  it('asks each service for its health, waits for the database’s, and keeps data in volumes with a name', () => {
    const { services, volumes } = load();
    for (const [name, { healthcheck, restart }] of Object.entries(services)) {
      expect(healthcheck?.test?.[0], name).toBe('CMD');
      expect(restart, name).toBe('unless-stopped');
    }
    for (const name of OWN) expect(services[name].depends_on.postgres).toMatchObject({ condition: 'service_healthy' });
    for (const name of ['postgres', 'neo4j', 'meilisearch']) {
      expect(services[name].volumes).toEqual([expect.objectContaining({ type: 'volume', source: name })]);
      expect(volumes).toHaveProperty(name);
    }
  });
});

describe('the image', () => {
  const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));

  it('runs as somebody without rights, stops when it is asked to, and tells its health', () => {
    expect(last).toMatch(/^USER 1000:1000$/m);
    expect(last).toMatch(/^STOPSIGNAL SIGTERM$/m);
    expect(last).toMatch(/^HEALTHCHECK .*CMD \["node", "deploy\/healthy\.mjs"\]$/m);
    const [, command] = /^CMD (\[.*\])$/m.exec(last)!;
    expect((JSON.parse(command!) as string[]).at(-1)).toBe('deploy/allInOne/main.ts');
    expect(last.indexOf('\nUSER')).toBeGreaterThan(last.indexOf('\nRUN'));
  });

  it('sets only settings, and none that is secret', () => {
    const [, block] = /^ENV ((?:.*\\\n)*.*)$/m.exec(dockerfile)!;
    const names = [...block!.matchAll(/([A-Z_]+)=/g)].map(([, name]) => name!);
    expect(names.sort()).toEqual(['DATA_DIR', 'HOST', 'NODE_ENV']);
    for (const name of names) expect(Object.keys(settingsSchema.shape)).toContain(name);
    expect(dockerfile).not.toMatch(/^ARG /m);
  });

  it('takes in nothing of this folder but what is named', () => {
    const lines = read('.dockerignore')
      .split('\n')
      .filter((line) => line && !line.startsWith('#'));
    expect(lines[0]).toBe('*');
    const taken = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    for (const name of taken) expect(existsSync(join(ROOT, name)), name).toBe(true);
    expect(taken).not.toContain('.env');
    // Everything that a process could import by its name is in.
    const { imports } = JSON.parse(read('package.json')) as { imports: Record<string, string> };
    const needed = Object.values(imports).map((path) => path.split('/')[1]!);
    // (generated/ holds types only, which Node leaves out.)
    for (const name of needed.filter((folder) => folder !== 'generated')) expect(taken).toContain(name);
  });
});
