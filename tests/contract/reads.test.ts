/** Who read what, as administrators are told. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '#platform/ids.ts';
import { pursight } from '../commands.ts';
import { createWorld, type Ask, type World } from '../world.ts';

const READS = `query ($userId: ID, $subject: ID, $since: DateTime, $until: DateTime) {
  readAudit(userId: $userId, subject: $subject, since: $since, until: $until) {
    totalCount
    nodes { id user { id name } tokenId operation fields subjectIds count firstAt lastAt }
  }
}`;

let world: World;
let ann: Ask & { id: string };
let bob: Ask & { id: string };
let token: Ask & { id: string };
let source: string;
beforeAll(async () => {
  world = await createWorld();
  ann = await world.createUser([{ role: 'READER' }]);
  bob = await world.createUser([{ role: 'STEWARD' }]);
  token = await world.createToken(bob, ['READER']);
  source = (await world.addSource('shop', { url: 'postgres://u@db.example.org/d' })).id;
});
afterAll(() => world.stop());

const list = async (variables: object = {}) => (await world.admin(READS, { ...variables })).readAudit;

it('what was read is told by whom, when, by which operation and of what, once it was written', async () => {
  const before = new Date().toISOString();
  const Source = 'query Source($id: ID!) { source(id: $id) { name } me { id } }';
  for (let times = 0; times < 3; times++) await ann(Source, { id: source.toUpperCase() });
  await ann('{ sources(first: 1) { nodes { id } } }');
  await token(Source, { id: source });
  const other = await world.createToken(ann, ['READER']);
  await other('query Other { tags { nodes { name } } }');
  await bob('mutation { signOut(input: {}) { ok } }');
  const live = await world.live();
  const { events } = await world.admin('{ events(first: 1) { edges { cursor } } }');
  const stream = live.subscribe('subscription Watch($id: ID, $after: String) { eventPublished(subject: $id, after: $after) { cursor } }', {
    id: source,
    after: events.edges[0].cursor,
  });
  await stream.next();
  await live.ask('query Asked { me { id } }');
  stream.stop();
  await live.close();
  expect((await list({ userId: ann.id })).nodes).toEqual([]);
  // What a process has gathered it writes when it stops.
  await world.restart();
  const after = new Date().toISOString();

  const ofAnn = await list({ userId: ann.id });
  const asked = {
    user: { id: ann.id, name: 'User 1' },
    tokenId: null,
    firstAt: expect.any(String),
    lastAt: expect.any(String),
    id: expect.any(String),
  };
  expect(ofAnn).toEqual({
    totalCount: 3,
    nodes: [
      { ...asked, tokenId: other.id, operation: 'Other', fields: ['tags'], subjectIds: [], count: 1 },
      { ...asked, operation: null, fields: ['sources'], subjectIds: [], count: 1 },
      { ...asked, operation: 'Source', fields: ['me', 'source'], subjectIds: [source, ann.id].toSorted(), count: 3 },
    ],
  });
  for (const { firstAt, lastAt } of ofAnn.nodes)
    expect([before, firstAt, lastAt, after].toSorted()).toEqual([before, firstAt, lastAt, after]);
  const ofSource = await list({ subject: source });
  expect(ofSource.nodes).toHaveLength(3);
  expect(ofSource.nodes).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ operation: 'Source', tokenId: token.id, user: { id: bob.id, name: 'User 2' } }),
      expect.objectContaining({ operation: 'Source', tokenId: null, user: asked.user }),
      expect.objectContaining({ operation: 'Watch', fields: ['eventPublished'], subjectIds: [source] }),
    ]),
  );
  expect((await list({ since: before })).nodes.map(({ operation }: { operation: string }) => operation)).toEqual(
    expect.arrayContaining(['Watch', 'Asked', 'Source']),
  );
  for (const nothing of [{ until: before, userId: ann.id }, { since: after }, { userId: newId() }, { subject: 'nothing' }])
    expect(await list(nothing)).toEqual({ totalCount: 0, nodes: [] });
});

it('only administrators over everything are told', async () => {
  const scoped = await world.createUser([{ role: 'ADMIN', sourceId: source }]);
  for (const ask of [ann, scoped, await world.createUser([]), world.anonymous]) {
    const { data, errors } = await ask('{ readAudit { nodes { id } } }');
    expect([data?.readAudit ?? null, errors![0]!.extensions.code]).toEqual([
      null,
      ask === world.anonymous ? 'UNAUTHENTICATED' : 'FORBIDDEN',
    ]);
  }
});

it('what somebody changes in it afterwards is found', async () => {
  const verify = ['audit', 'verify', '--no-file'];
  const intact = await pursight(world, verify);
  expect(intact).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Looked at \d+ batch(es)? of the audit of reads, with \d+ kept: as they were/m),
  });
  const [changed] = await world.owner`
    update identity.reads set user_id = ${bob.id} where user_id = ${ann.id} and operation = 'Source' returning batch`;
  expect(await pursight(world, verify)).toMatchObject({
    code: 1,
    stdout: expect.stringContaining(`Batch ${changed!.batch} of the read audit was changed`),
    stderr: expect.stringContaining('The audit of reads is not as it was written.'),
  });
  expect(JSON.parse((await pursight(world, [...verify, '--json'])).stdout)).toMatchObject({
    faultCount: 0,
    reads: { firstBroken: changed!.batch },
  });
});
