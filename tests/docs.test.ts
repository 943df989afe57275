import { buildSchema, parse, validate } from 'graphql';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { readExamples } from '#router/playground/exampleFiles.ts';
import { exampleVariables, SAMPLE_QUERY, type Sample } from '#router/playground/examples.ts';
import { readSnippets } from './docs.ts';
import { copyTree, makeDataDir, removeDataDir, runShell, startProduct, type RunningProduct, type Tree } from './product.ts';

const { commands, queries } = readSnippets();
/** The database of the README's example, for which a test has a real one. */
const EXAMPLE_URL = 'postgres://reader:secret@db.example.com:5432/crm';
/** How an asset of it is named. */
const EXAMPLE_ASSET = 'postgres://db.example.com:5432 crm.';
/** What starts the product that all other commands and queries talk to. */
const START = 'npm start';

describe('the documents', () => {
  let tree: Tree;
  let dataDir: string;
  let configDir: string;
  let product: RunningProduct;
  let own: Awaited<ReturnType<typeof createEmptyDatabase>>;
  let token: string;

  beforeAll(async () => {
    [tree, dataDir, configDir] = [copyTree(), makeDataDir(), mkdtempSync(join(tmpdir(), 'pursight-config-'))];
    own = await createEmptyDatabase();
    await own.sql.unsafe('create table people (id int primary key, email text not null); create view everyone as select id from people');
    product = await startProduct({ tree, dataDir });
    token = await product.signIn(product.administrator!.email, product.administrator!.password);
  }, 120_000);
  afterAll(async () => {
    await product?.stop();
    await own?.drop();
    if (dataDir) removeDataDir(dataDir);
    if (configDir) rmSync(configDir, { recursive: true });
    tree?.remove();
  });

  const answerOf = async (query: string, variables: object = {}) => {
    const { data, errors } = await product.graphql(query, { variables, token });
    expect(errors).toBeUndefined();
    expect(Object.values(data ?? { nothing: null })).not.toContain(null);
    return data!;
  };

  const isSubscription = (query: string): boolean => /^(\s|#.*\n)*subscription\b/.test(query);

  /** What a subscription sends first when it is asked for all that ever happened. */
  async function firstPayload(query: string, variables: object = {}): Promise<unknown> {
    const { events } = (await answerOf('{ events(first: 1) { edges { cursor } } }')) as { events: { edges: { cursor: string }[] } };
    const [epoch] = events.edges[0]!.cursor.split('.');
    const client = createClient({
      url: `${product.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${token}` },
    });
    const fromTheStart = query.includes('after:')
      ? query
      : query.replace(
          /\b(violationRaised|scanProgress|assetChanged|eventPublished)(\()?/,
          (_, name, open) => `${name}(after: "${epoch}.0"${open ? ', ' : ')'}`,
        );
    try {
      for await (const { data, errors } of client.iterate({ query: fromTheStart, variables: { after: `${epoch}.0`, ...variables } })) {
        expect(errors).toBeUndefined();
        return Object.values(data!)[0];
      }
      throw new Error('The subscription ended without a payload.');
    } finally {
      await client.dispose();
    }
  }

  it('begins with what starts the product', () => {
    expect(commands[0]).toMatchObject({ file: 'README.md', text: START });
    expect(product.readyMs).toBeLessThan(60_000);
    expect(product.output()).toContain(`${product.url}/playground`);
  });

  it('has nine operations in the README, each of which finds something', async () => {
    const readme = queries.filter(({ file }) => file === 'README.md');
    expect(readme).toHaveLength(9);
    for (const { text, line } of readme) {
      if (isSubscription(text)) {
        expect(await firstPayload(text), `README.md:${line}`).toMatchObject({ type: 'policy.violated' });
        continue;
      }
      const [list] = Object.values(await answerOf(text)) as { nodes?: unknown[]; edges?: unknown[] }[];
      expect((list!.nodes ?? list!.edges)!.length, `README.md:${line}`).toBeGreaterThan(0);
    }
  });

  it('has no other query that fails', async () => {
    const others = queries.filter(({ file }) => file !== 'README.md');
    for (const { text, file, line } of others) expect(await answerOf(text), `${file}:${line}`).toBeDefined();
    expect(others.length + 9).toBe(queries.length);
  });

  it('has no command that fails', { timeout: 180_000 }, async () => {
    const env = {
      PURSIGHT_URL: product.url,
      PURSIGHT_PASSWORD: product.administrator!.password,
      XDG_CONFIG_HOME: configDir,
      DATA_DIR: dataDir,
    };
    // npx takes a second or more to find out what to run: only the first such command is left to it.
    let npxWorks = false;
    const quickly = (command: string): string => {
      if (npxWorks) return command.replaceAll(/\bnpx (?=pursight )/g, 'node_modules/.bin/');
      npxWorks = command.startsWith('npx ');
      return command;
    };
    const { host, pathname } = new URL(own.url);
    const toOwn = (text: string): string =>
      text.replace(EXAMPLE_URL, own.url).replace(EXAMPLE_ASSET, `postgres://${host} ${pathname.slice(1)}.`);
    const failures: string[] = [];
    for (const { file, line, text, notRun } of commands) {
      if (notRun || text === START) continue;
      const { code, stdout, stderr } = await runShell(tree, quickly(toOwn(text)), env);
      if (code !== 0) failures.push(`${file}:${line}: ${text} ended with ${code}\n${stdout}${stderr}`);
      // Away from a terminal a scan goes on by itself; what follows it in the document needs its end.
      if (text.includes('pursight scan ')) await runShell(tree, quickly(`${text} --wait`), env);
    }
    expect(failures).toEqual([]);
    const { sources } = (await answerOf('{ sources { nodes { name lastRun { status added unchanged } } } }')) as {
      sources: { nodes: object[] };
    };
    expect(sources.nodes).toContainEqual({
      name: 'crm',
      lastRun: { status: 'COMPLETED', added: expect.any(Number), unchanged: expect.any(Number) },
    });
  });

  it('leaves out only what is listed here', () => {
    expect(commands.filter(({ notRun }) => notRun).map(({ file, text }) => `${file}: ${text}`)).toEqual([
      'README.md: npm test',
      `README.md: psql "$(npx pursight database url --name demo_shop)" --command 'create table sales."Tmp Copy" (id int)'`,
      "README.md: npx pursight events --follow --type 'policy.*'",
      'README.md: npx pursight token revoke <id>',
      'README.md: npm run neo4j',
      'README.md: psql "$(npx pursight database url)"',
      'CONTRIBUTING.md: npm start -- --no-demo',
      'CONTRIBUTING.md: npm run dev',
      'CONTRIBUTING.md: npm run neo4j',
      'CONTRIBUTING.md: npm test',
      'CONTRIBUTING.md: npm test -- platform/events',
      'CONTRIBUTING.md: npm run verify',
      expect.stringMatching(/^docs\/audit\.md: psql /),
      'docs/audit.md: npx pursight audit key > public.pem',
      'docs/audit.md: python3 docs/verify_log.py events.jsonl .pursight/checkpoints.jsonl public.pem',
      'docs/backup.md: npx pursight restore pursight.backup',
      expect.stringMatching(/^docs\/backup\.md: .* npx pursight restore pursight\.backup$/),
      expect.stringMatching(/^docs\/backup\.md: .* npm start -- --no-demo$/),
      'docs/deployment.md: docker build -t pursight .',
      'docs/deployment.md: docker run --init --name pursight -p 127.0.0.1:3000:3000 -p 127.0.0.1:4000:4000 -v pursight:/data pursight',
      'docs/deployment.md: PORT=4001 npm run subgraph -- catalog',
      'docs/deployment.md: PORT=4002 npm run subgraph -- identity',
      'docs/deployment.md: PORT=4004 SUBGRAPH_URLS=catalog=http://127.0.0.1:4001 npm run subgraph -- policy',
      'docs/deployment.md: PORT=4005 SUBGRAPH_URLS=catalog=http://127.0.0.1:4001,identity=http://127.0.0.1:4002 npm run subgraph -- lineage',
      'docs/deployment.md: SUBGRAPH_URLS=catalog=http://127.0.0.1:4001,policy=http://127.0.0.1:4004,lineage=http://127.0.0.1:4005,identity=http://127.0.0.1:4002 npm run router',
      'docs/deployment.md: npm run worker',
      'docs/deployment.md: ROUTER_URL=http://127.0.0.1:4000 npm run client',
      'docs/deployment.md: docker compose up --build --detach',
      'docs/deployment.md: docker compose ps',
      `docs/http.md: curl -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' --data @event.json http://127.0.0.1:4000/api/v1/lineage`,
      'docs/personal-data.md: npx pursight user erase ann@example.com',
    ]);
  });

  it.each(readExamples())('has a playground tab "$name" that works as it stands', async ({ query }) => {
    const { data: sample } = await product.graphql(SAMPLE_QUERY, { token });
    const variables = exampleVariables(query, sample as Sample);
    expect(await (isSubscription(query) ? firstPayload(query, variables) : answerOf(query, variables))).toBeDefined();
  });

  it('writes no field that the API does not have', () => {
    const schema = buildSchema(readFileSync(new URL('../schema/api.graphql', import.meta.url), 'utf8'), { assumeValid: true });
    for (const { text } of queries) expect(validate(schema, parse(text))).toEqual([]);
  });
});
