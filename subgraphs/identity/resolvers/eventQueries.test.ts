import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Viewer } from '#platform/auth/viewer.ts';
import { append } from '#platform/events/append.ts';
import { createSequencer } from '#platform/events/sequencer.ts';
import { createTestIdentity, PASSWORD, type TestIdentity } from '../testing/identity.ts';

const SOURCE_A = '0190b5a0-0000-7000-8000-00000000000a';
const SOURCE_B = '0190b5a0-0000-7000-8000-00000000000b';

let world: TestIdentity;
let reader: Viewer;
let scoped: Viewer;
let teamId: string;
beforeAll(async () => {
  world = await createTestIdentity();
  reader = await world.addUser('reader@example.com', [{ role: 'READER' }]);
  scoped = await world.addUser('scoped@example.com', [{ role: 'READER', sourceId: SOURCE_A }]);
  await world.identity.sessions.signIn({ email: 'reader@example.com', password: PASSWORD }, '192.0.2.1');
  const { data } = await world.run('mutation { createTeam(input: { name: "Sales" }) { team { id } } }');
  teamId = data.createTeam.team.id;
  await world.database.begin((tx) =>
    append(
      tx,
      'catalog',
      [SOURCE_A, SOURCE_B].map((sourceId) => ({
        type: 'source.registered' as const,
        subject: sourceId,
        actorId: world.administrator.userId,
        data: { name: sourceId, connector: 'postgres', namespace: 'postgres://h:1' },
        attributes: { sourceId },
      })),
    ),
  );
  const sequencer = createSequencer({ sql: world.test.connect('events'), logger: (await import('pino')).pino({ level: 'silent' }) });
  while ((await sequencer.sealOnce()) > 0);
});
afterAll(() => world.test.drop());

const EVENTS = `query (
  $after: String, $first: Int, $types: [String!], $subject: ID, $actorId: ID, $since: DateTime, $until: DateTime, $direction: OrderDirection
) {
  events(
    first: $first, after: $after, types: $types, subject: $subject, actorId: $actorId, since: $since, until: $until, direction: $direction
  ) {
    edges { cursor node { id seq type } } nodes { id seq type source subject time actor { name } data hash } pageInfo { hasNextPage endCursor } totalCount
  }
}`;
const list = async (variables: Record<string, unknown> = {}, as?: Viewer | null) => await world.run(EVENTS, { variables, as });
const typesFor = async (as: Viewer, types?: string[]): Promise<string[]> =>
  (await list({ types }, as)).data.events.nodes.map((event: { type: string }) => event.type);

describe('events', () => {
  it('come in log order with what CloudEvents asks for, the hash and who did it', async () => {
    const { nodes, edges, totalCount } = (await list()).data.events;
    expect(nodes.map((event: { seq: number }) => event.seq)).toEqual(nodes.map((_: unknown, index: number) => index + 1));
    expect(totalCount).toBe(nodes.length);
    expect(edges.at(-1).cursor).toMatch(new RegExp(`^[0-9a-z]+\\.${nodes.length}$`));
    const team = nodes.find((event: { type: string }) => event.type === 'team.created');
    expect(team).toMatchObject({
      source: 'identity',
      subject: teamId,
      actor: { name: 'Administrator' },
      data: { name: 'Sales' },
      time: world.clock.now().toISOString(),
    });
    expect(team.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('are seen as far as the viewer sees what they tell of', async () => {
    expect(await typesFor(reader)).toEqual(['team.created', 'source.registered', 'source.registered']);
    expect(await typesFor(scoped)).toEqual(['team.created', 'source.registered']);
    expect((await list({}, scoped)).data.events.totalCount).toBe(2);
    expect((await list({ subject: SOURCE_B }, scoped)).data.events.nodes).toEqual([]);
    expect(await typesFor(world.administrator, ['identity.*'])).toContain('identity.signedIn');
    expect(await typesFor(reader, ['identity.*'])).toEqual([]);
    expect((await list({}, null)).codes).toEqual(['UNAUTHENTICATED']);
    expect((await list({}, { ...reader, roles: [{ role: 'INGESTOR', sourceId: null, domainId: null }] })).codes).toEqual(['FORBIDDEN']);
  });

  it('go on after any position of the log, under any filter', async () => {
    const first = (await list({ first: 1 })).data.events;
    expect(first.pageInfo).toEqual({ hasNextPage: true, endCursor: first.edges[0].cursor });
    const rest = (await list({ after: first.pageInfo.endCursor, types: ['source.*'] })).data.events;
    expect(rest.nodes.map((event: { subject: string }) => event.subject)).toEqual([SOURCE_A, SOURCE_B]);
    expect((await list({ after: rest.pageInfo.endCursor })).data.events.nodes).toEqual([]);
  });

  it('are found by who did them and when, the newest first if asked so', async () => {
    const { nodes, totalCount } = (await list()).data.events;
    const seqsOf = (answer: { data: any }) => answer.data.events.nodes.map((event: { seq: number }) => event.seq);
    const back = (await list({ direction: 'DESC', first: 2 })).data.events;
    expect(back.edges.map(({ node }: any) => node.seq)).toEqual([totalCount, totalCount - 1]);
    expect(back.pageInfo).toEqual({ hasNextPage: true, endCursor: back.edges[1].cursor });
    const rest = await list({ direction: 'DESC', after: back.pageInfo.endCursor });
    expect(seqsOf(rest)).toEqual(
      nodes
        .map((event: { seq: number }) => event.seq)
        .toReversed()
        .slice(2),
    );
    const own = (await list({ actorId: reader.userId })).data.events;
    expect(own.nodes.map((event: { type: string }) => event.type)).toEqual(['identity.signedIn']);
    expect(own.totalCount).toBe(1);
    expect(seqsOf(await list({ actorId: 'malformed' }))).toEqual([]);
    // What the catalog told of has the real time.
    const sources = nodes.filter((event: { type: string }) => event.type === 'source.registered');
    const since = sources[0].time;
    expect(seqsOf(await list({ since, types: ['source.*'] }))).toEqual(sources.map((event: { seq: number }) => event.seq));
    expect(seqsOf(await list({ until: since, types: ['source.*'] }))).toEqual([]);
  });

  it('refuse what is no cursor, size or type', async () => {
    for (const wrong of [
      { after: 'x' },
      { first: 0 },
      { first: 201 },
      { types: ['*'] },
      { types: Array(101).fill('asset.*') },
      { subject: 'a\0' },
    ]) {
      expect((await list(wrong)).codes, JSON.stringify(wrong)).toEqual(['BAD_USER_INPUT']);
    }
    expect((await list({ after: 'otherepoch.1' })).codes).toEqual(['CURSOR_EXPIRED']);
  });
});

describe('event', () => {
  it('is null when it is unknown, malformed or hidden', async () => {
    const { nodes } = (await list()).data.events;
    const hidden = nodes.find((event: { type: string }) => event.type === 'identity.signedIn').id;
    const get = async (id: string, as?: Viewer) =>
      (await world.run('query ($id: ID!) { event(id: $id) { type } }', { variables: { id }, as })).data.event;
    expect(await get(hidden)).toEqual({ type: 'identity.signedIn' });
    expect(await get(hidden, reader)).toBeNull();
    expect(await get('malformed')).toBeNull();
    expect(await get(SOURCE_A)).toBeNull();
  });

  it('resolves as a reference, hidden ones to null', async () => {
    const { nodes } = (await list()).data.events;
    const refs = nodes.slice(-2).map(({ id }: { id: string }) => ({ __typename: 'Event', id }));
    const { data } = await world.run(
      'query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on Event { subject actor { name } } } }',
      { variables: { refs }, as: scoped },
    );
    expect(data._entities).toEqual([{ subject: SOURCE_A, actor: { name: 'Administrator' } }, null]);
  });
});
