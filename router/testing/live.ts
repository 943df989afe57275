/** A router whose log is a real one: events are published into it, and come out of a socket. */
import { setTimeout as sleep } from 'node:timers/promises';
import { append } from '#platform/events/append.ts';
import { createSequencer } from '#platform/events/sequencer.ts';
import type { EventAttributes, NewEvent } from '#platform/events/types.ts';
import { Unauthenticated } from '#platform/errors.ts';
import type { Viewer } from '#platform/auth/viewer.ts';
import { newId } from '#platform/ids.ts';
import { createLogger } from '#platform/logger.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { connectLive, type Stream } from '#platform/testing/liveClient.ts';
import { createMetrics } from '../metrics.ts';
import type { LiveOptions } from '../subscriptions/index.ts';
import { startTestRouter, type TestRouter } from './router.ts';

export const everything = { sourceId: null, domainId: null };
export const reader: Viewer = { userId: newId(), sessionId: null, roles: [{ role: 'READER', ...everything }] };
export const admin: Viewer = { userId: newId(), sessionId: null, roles: [{ role: 'ADMIN', ...everything }] };

export type LiveRouter = TestRouter & {
  database: TestDatabase;
  /** Who is behind a token; Error for one that has ended. Tests change them. */
  tokens: Map<string, Viewer | Unauthenticated>;
  /** Writes and seals events, and gives the cursor of the last. */
  publish: (...events: NewEvent[]) => Promise<string>;
  /** Opens a subscription and waits until it is there: what happens from now on will come. */
  subscribe: (query: string, options?: { as?: string; variables?: Record<string, unknown> }) => Promise<Stream>;
  stop: () => Promise<void>;
};

type Overrides = Parameters<typeof startTestRouter>[0];

export async function startLiveRouter({
  live,
  ...overrides
}: Omit<NonNullable<Overrides>, 'live'> & { live?: Partial<LiveOptions> } = {}): Promise<LiveRouter> {
  const database = await createTestDatabase();
  const tokens = new Map<string, Viewer | Unauthenticated>([
    ['reader', reader],
    ['admin', admin],
    ['ingestor', { ...reader, userId: newId(), roles: [{ role: 'INGESTOR', ...everything }] }],
    ['ended', new Unauthenticated('This session has ended.', 'ended')],
  ]);
  let asked = 0;
  let opened = 0;
  const metrics = createMetrics();
  const subscriptions = { inc: () => (opened++, metrics.subscriptions.inc()), dec: metrics.subscriptions.dec };
  const started = await startTestRouter({
    ...overrides,
    metrics: { ...metrics, subscriptions },
    async authenticate(token) {
      const viewer = tokens.get(token) ?? new Unauthenticated('This is not a token.');
      if (viewer instanceof Unauthenticated) throw viewer;
      return viewer;
    },
    live: { database: database.connect('router'), maxPerAddress: 1_000, maxPerUser: 500, ...live },
  });
  const catalog = database.connect('catalog');
  const sequencer = createSequencer({ sql: database.connect('events'), logger: createLogger({ level: 'silent', format: 'json' }) });
  const clients = new Map<string, ReturnType<typeof connectLive>>();
  return {
    ...started,
    database,
    tokens,
    async publish(...events) {
      await catalog.begin((tx) => append(tx, 'catalog', events));
      while ((await sequencer.sealOnce()) > 0);
      const [head] = await database.owner<{ cursor: string }[]>`select epoch || '.' || seq as cursor from events.head`;
      return head!.cursor;
    },
    async subscribe(query, { as = 'reader', variables } = {}) {
      let client = clients.get(as);
      if (!client) clients.set(as, (client = connectLive(started.url, as)));
      const mine = ++asked;
      const stream = client.subscribe(query, variables);
      while (opened < mine && stream.ended() === undefined) await sleep(5);
      if (stream.ended() !== undefined) opened++;
      return stream;
    },
    async stop() {
      for (const client of clients.values()) await client.close();
      await started.router.stop();
      await database.drop();
    },
  };
}

/** An event about an asset of this id; what is not said of it is made up. */
export function assetEvent(
  id: string,
  {
    type = 'asset.updated',
    attributes = {},
    paths = ['/description'],
  }: { type?: 'asset.created' | 'asset.updated' | 'asset.deleted'; attributes?: EventAttributes; paths?: string[] } = {},
): NewEvent {
  const about = { namespace: 'postgres://shop:5432', name: `shop.public.${id}`, kind: 'TABLE' };
  const changes = paths.map((path) => ({ path, before: null, after: 'x' }));
  return {
    type,
    subject: id,
    actorId: null,
    data: type === 'asset.updated' ? { ...about, version: 2, changes } : { ...about, version: 1 },
    attributes: { ...about, tags: [], ownerIds: [], ...attributes },
  } as NewEvent;
}
