/** A small HTTP server that speaks the API's schema: what the commands send is validated against what the product serves. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema, graphql, GraphQLError } from 'graphql';

export const PASSWORD = 'correct horse battery';
const schema = buildSchema(readFileSync(new URL('../../schema/api.graphql', import.meta.url), 'utf8'), { assumeValid: true });

type Fields = Record<string, unknown>;
export type TestServer = {
  url: string;
  /** For what else it is to serve. */
  http: Server;
  /** Whether this access token is one that lasts. */
  isGood(token: string | undefined): boolean;
  /** Root fields; a function gets the arguments. Tests replace them. */
  fields: Fields;
  /** Seconds that an access token lasts. */
  lifetime: number;
  refreshes: number;
  /** Ends all sessions: no token is good any more. */
  revoke(): void;
  /** Access tokens stop to be good, refresh tokens stay. */
  expire(): void;
  stop(): Promise<void>;
};

export const refuse =
  (code: string, message: string, details: Fields = {}) =>
  (): never => {
    throw new GraphQLError(message, { extensions: { code, ...details } });
  };

export async function startTestServer(): Promise<TestServer> {
  let counter = 0;
  let access = new Set<string>();
  let refresh = new Set<string>();
  const issue = () => {
    const number = ++counter;
    access.add(`access-${number}`);
    refresh.add(`refresh-${number}`);
    return {
      session: {
        accessToken: `access-${number}`,
        refreshToken: `refresh-${number}`,
        expiresAt: new Date(Date.now() + server.lifetime * 1000).toISOString(),
      },
    };
  };
  const open: Fields = {
    signIn: ({ input }: { input: { password: string } }) =>
      input.password === PASSWORD ? issue() : refuse('UNAUTHENTICATED', 'The email or the password is wrong.')(),
    refreshSession: ({ input }: { input: { refreshToken: string } }) => {
      server.refreshes++;
      // As the product does: a token that comes a second time ends the session.
      if (!refresh.delete(input.refreshToken)) {
        server.revoke();
        return refuse('UNAUTHENTICATED', 'This session has ended.')();
      }
      return issue();
    },
  };

  const http = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', async () => {
      const { query, variables } = JSON.parse(body) as { query: string; variables: Fields };
      const bearer = request.headers.authorization?.replace('Bearer ', '');
      const known = server.isGood(bearer);
      const guarded = Object.fromEntries(
        Object.entries(server.fields).map(([name, field]) => [name, known ? field : refuse('UNAUTHENTICATED', 'Sign in first.')]),
      );
      const result = await graphql({ schema, source: query, variableValues: variables, rootValue: { ...guarded, ...open } });
      response.setHeader('content-type', 'application/json').end(JSON.stringify(result));
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const server: TestServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    http,
    isGood: (token) => token !== undefined && access.has(token),
    fields: {},
    lifetime: 300,
    refreshes: 0,
    revoke: () => ([access, refresh] = [new Set(), new Set()]),
    expire: () => (access = new Set()),
    async stop() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return server;
}
