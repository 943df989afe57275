/** A router over the real contract with tiny resolvers, for tests of the router itself. */
import { GraphQLError } from 'graphql';
import { pino } from 'pino';
import { NotFound, Unauthenticated } from '#platform/errors.ts';
import type { Viewer } from '#platform/auth/viewer.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { createSubgraph } from '#platform/graphql/subgraph.ts';
import { createRouter, type Router, type RouterDeps } from '../index.ts';

const VIEWERS: Record<string, Viewer> = {
  reader: { userId: 'reader', sessionId: null, roles: [{ role: 'READER', sourceId: null, domainId: null }] },
  admin: { userId: 'admin', sessionId: null, roles: [{ role: 'ADMIN', sourceId: null, domainId: null }] },
  ingestor: { userId: 'ingestor', sessionId: null, roles: [{ role: 'INGESTOR', sourceId: null, domainId: null }] },
};

const asset = (id: string) => ({
  id,
  kind: 'TABLE',
  namespace: 'postgres://shop:5432',
  name: `shop.public.${id}`,
  displayName: id,
  path: [],
  description: id.startsWith('large') ? 'x'.repeat(50_000) : null,
  owners: [{ user: { id: 'reader' }, role: 'OWNER' }],
  tags: [],
  version: 1,
  createdAt: new Date(0),
  updatedAt: new Date(0),
});

type Hooks = { onHang?: (context: RequestContext) => void; onSlow?: () => void; onAsset?: (id: string, context: RequestContext) => void };

/** Assets with a meaning: `hang` never comes, `slow` takes a while, `broken` throws something internal, `missing` is NOT_FOUND, `large…` has a long description. */
export function createCatalog({ onHang, onSlow, onAsset }: Hooks) {
  return createSubgraph('catalog', {
    Query: {
      async asset(_: unknown, { id }: { id: string }, context: RequestContext) {
        onAsset?.(id, context);
        if (id === 'hang') {
          onHang?.(context);
          await new Promise(() => {});
        }
        if (id === 'slow') {
          onSlow?.();
          await new Promise((resolve) => setTimeout(resolve, 400));
        }
        if (id === 'broken') throw new Error('connect ECONNREFUSED 10.0.0.7:5432 as catalog_role');
        if (id === 'missing') throw new NotFound('asset', id);
        if (id === 'holey') return { ...asset(id), owners: [{ user: { id: 'nobody' }, role: 'OWNER' }] };
        return asset(id);
      },
      assets: () => ({ nodes: ['a', 'b'].map(asset), edges: [], pageInfo: { hasNextPage: false, hasPreviousPage: false } }),
    },
    Asset: {
      asOf: ({ id }: { id: string }, { at }: { at: Date }) => (at.getTime() > 0 ? { id, version: 2, at, changes: [], snapshot: {} } : null),
    },
  });
}

export function createIdentity() {
  return createSubgraph('identity', {
    Query: {
      me: (_: unknown, __: unknown, { viewer }: RequestContext) => ({
        id: viewer!.userId,
        name: viewer!.userId,
        email: 'x@example.org',
        roles: [],
        teams: [],
      }),
      event() {
        throw new GraphQLError('odd', { extensions: { code: 'SOMETHING_ELSE', secret: 'postgres://u:p@h/db' } });
      },
    },
    User: { __resolveReference: ({ id }: { id: string }) => (id === 'nobody' ? null : { id, name: id }) },
  });
}

export function createSession() {
  const session = { accessToken: 'reader', refreshToken: 'r', expiresAt: new Date(Date.now() + 300_000), user: { id: 'reader' } };
  return createSubgraph('session', {
    Query: { serverVersion: () => '0.0.0' },
    Mutation: { signIn: () => ({ session }), refreshSession: () => ({ session }), signOut: () => ({ signedOut: true }) },
  });
}

/** Violations of every id, of the asset of the same id. */
export function createPolicy() {
  const violation = (id: string) => ({ id, assetId: id, asset: { id }, status: 'OPEN', severity: 'ERROR', message: `${id} is wrong` });
  return createSubgraph('policy', { Query: { violation: (_: unknown, { id }: { id: string }) => violation(id) } });
}

export const createLineage = () => createSubgraph('lineage', {});

export type TestRouter = {
  router: Router;
  url: string;
  /** Lines of the log, as text. */
  log: string[];
  post: (body: unknown, headers?: Record<string, string>, signal?: AbortSignal) => Promise<Response>;
  /** Posts an operation as a viewer and gives the answer's body. */
  ask: (query: string, options?: { as?: keyof typeof VIEWERS; variables?: object; operationName?: string }) => Promise<Answer>;
};
type Answer = {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- any shape, as the operation asked
  data: any;
  errors?: { message: string; path?: string[]; extensions: { code: string } & Record<string, unknown> }[];
  extensions?: unknown;
};

export async function startTestRouter(overrides: Partial<RouterDeps> & Hooks = {}): Promise<TestRouter> {
  const log: string[] = [];
  const { subgraphs = [createCatalog(overrides), createIdentity(), createSession()], ...rest } = overrides;
  const router = createRouter({
    // Of two of a name the later one counts.
    subgraphs: [createPolicy(), createLineage(), ...subgraphs],
    async authenticate(token) {
      const viewer = VIEWERS[token];
      if (!viewer) throw new Unauthenticated('This token is not valid (any more).');
      return viewer;
    },
    health: {},
    faults: new Set(),
    logger: pino({ level: 'debug' }, { write: (line: string) => void log.push(line) }),
    host: '127.0.0.1',
    port: 0,
    ...rest,
  });
  const { url } = await router.start();
  const post = (body: unknown, headers: Record<string, string> = {}, signal?: AbortSignal) =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      signal,
    });
  return {
    router,
    url,
    log,
    post,
    async ask(query, { as = 'reader', variables, operationName } = {}) {
      const response = await post({ query, variables, operationName }, as ? { authorization: `Bearer ${as}` } : {});
      return { status: response.status, headers: response.headers, ...((await response.json()) as Omit<Answer, 'status' | 'headers'>) };
    },
  };
}
