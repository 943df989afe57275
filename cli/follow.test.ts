import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema, GraphQLError, parse } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { PASSWORD, startTestServer, type TestServer } from './testing/server.ts';
import { pursight } from './testing/terminal.ts';

let server: TestServer;
let home: string;
beforeAll(async () => {
  server = await startTestServer();
  home = mkdtempSync(join(tmpdir(), 'pursight-cli-'));
});
afterAll(async () => {
  await server.stop();
  rmSync(home, { recursive: true });
});

const event = {
  id: 'e',
  seq: 8,
  type: 'team.created',
  source: 'identity',
  subject: null,
  time: '2026-01-01T00:00:00.000Z',
  data: {},
  hash: 'h',
};

const schema = buildSchema('type Query { a: Int }');

it('renews a token that ends when the socket has taken it already, and goes on where it was', async () => {
  const sockets = new WebSocketServer({ server: server.http, path: '/graphql' });
  const asked: unknown[] = [];
  const interrupt = new AbortController();
  const tokens: (string | undefined)[] = [];
  const closing = useServer<{ authorization?: string }>(
    {
      onConnect({ connectionParams }) {
        tokens.push(connectionParams?.authorization?.replace('Bearer ', ''));
        if (tokens.length === 1) server.expire();
        return { cursor: 'c.7' };
      },
      onSubscribe: (_context, _id, { query, variables }) => {
        asked.push(variables?.after);
        if (!server.isGood(tokens.at(-1))) return [new GraphQLError('The token has ended.', { extensions: { code: 'UNAUTHENTICATED' } })];
        return { schema, document: parse(query) };
      },
      async *subscribe() {
        yield { data: { eventPublished: { cursor: 'c.8', event } } };
      },
    },
    sockets,
  );
  const env = { XDG_CONFIG_HOME: home, PURSIGHT_URL: server.url };
  await pursight(['signin', '--email', 'a@example.com', '--password-stdin'], { stdin: `${PASSWORD}\n`, env });
  const outcome = await pursight(['events', '--follow', '--json'], {
    env,
    interrupt: interrupt.signal,
    onOutput: () => interrupt.abort(),
  });
  await closing.dispose();
  expect(outcome).toMatchObject({ code: 0, stdout: `${JSON.stringify({ cursor: 'c.8', ...event })}\n` });
  expect(asked).toEqual([undefined, 'c.7']);
  expect(server.refreshes).toBe(1);
});
