import { afterAll, beforeAll, expect, it } from 'vitest';
import { InvalidInput } from '#platform/errors.ts';
import { append } from '#platform/events/append.ts';
import { createSequencer } from '#platform/events/sequencer.ts';
import { newId } from '#platform/ids.ts';
import { createLogger } from '#platform/logger.ts';
import { createTestIdentity, type TestIdentity } from '../testing/identity.ts';

const logger = createLogger({ level: 'silent', format: 'json' });
let world: TestIdentity;
beforeAll(async () => {
  world = await createTestIdentity();
});
afterAll(() => world.test.drop());

const over = (domainId: string) => ({ sourceId: null, domainId });
const remove = (...ids: string[]) =>
  world.test.connect('catalog').begin((tx) =>
    append(
      tx,
      'catalog',
      ids.map((subject) => ({ type: 'domain.removed', subject, actorId: null, data: { name: 'Sales' } })),
    ),
  );
const consume = async () => {
  const sequencer = createSequencer({ sql: world.test.connect('events'), logger });
  await sequencer.sealOnce();
  for (const consumer of world.identity.consumers) while (await consumer.runOnce());
};
const rolesChanged = async () =>
  await world.test.owner`
    select subject, actor_id, data from events.outbox where type = 'identity.rolesChanged'
    union all select subject, actor_id, data from events.log where type = 'identity.rolesChanged'`;

it('takes roles over a removed domain from everybody, tells each change, and leaves other roles alone', async () => {
  const [sales, crm, other] = [newId(), newId(), newId()];
  const one = await world.addUser('one@example.com', [{ domainId: sales }, { role: 'STEWARD', domainId: other }]);
  const two = await world.addUser('two@example.com', [{ role: 'STEWARD', domainId: crm }]);
  const three = await world.addUser('three@example.com', [{ sourceId: newId() }, { domainId: other }]);
  const roles = async () =>
    (await world.database`select user_id, role, domain_id from identity.role_assignments where domain_id is not null order by user_id`).map(
      (row) => ({ ...row }),
    );

  await remove(sales, crm);
  await consume();
  expect(await roles()).toEqual(
    [
      { userId: one.userId, role: 'STEWARD', domainId: other },
      { userId: three.userId, role: 'READER', domainId: other },
    ].sort((a, b) => (a.userId < b.userId ? -1 : 1)),
  );
  const events = await rolesChanged();
  expect(events).toHaveLength(2);
  expect(events).toContainEqual({
    subject: one.userId,
    actorId: null,
    data: {
      before: [
        { role: 'READER', ...over(sales) },
        { role: 'STEWARD', ...over(other) },
      ],
      after: [{ role: 'STEWARD', ...over(other) }],
    },
  });
  expect(events).toContainEqual({ subject: two.userId, actorId: null, data: { before: [{ role: 'STEWARD', ...over(crm) }], after: [] } });
});

it('does nothing for a domain over which nobody has a role, nor the second time', async () => {
  const before = (await rolesChanged()).length;
  const kept = await world.database`select count(*)::int as n from identity.role_assignments`;
  await remove(newId());
  await consume();
  await consume();
  expect(await rolesChanged()).toHaveLength(before);
  expect(await world.database`select count(*)::int as n from identity.role_assignments`).toEqual(kept);
});

const SET_ROLES = 'mutation ($input: SetUserRolesInput!) { setUserRoles(input: $input) { cursor } }';
const CREATE_USER = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { cursor } }';
const refused = (answer: Awaited<ReturnType<TestIdentity['run']>>, field: string): void => {
  const error = answer.errors?.[0]?.originalError;
  expect(error).toBeInstanceOf(InvalidInput);
  expect(error).toMatchObject({ message: expect.stringContaining('was removed'), details: { field } });
};

it('no role is given over a removed domain; an id that was never one covers nothing and is no error', async () => {
  const user = await world.addUser('late@example.com');
  const [gone, unknown] = [newId(), newId()];
  await remove(gone);
  await consume();
  const set = (...domainIds: string[]) =>
    world.run(SET_ROLES, {
      variables: { input: { userId: user.userId, roles: domainIds.map((domainId) => ({ role: 'READER', domainId })) } },
    });
  refused(await set(unknown, gone.toUpperCase()), 'input.roles.1.domainId');
  const input = { email: 'new@example.com', name: 'New', roles: [{ role: 'ADMIN', domainId: gone }] };
  refused(await world.run(CREATE_USER, { variables: { input } }), 'input.roles.0.domainId');
  expect(await world.database`select from identity.users where email = 'new@example.com'`).toHaveLength(0);
  expect((await set(unknown)).codes).toEqual([]);
  // What is no domain's id may be the subject of other events.
  expect((await set(user.userId)).codes).toEqual([]);
});

it('a role that is given while the removal is handled is refused as well', async () => {
  const user = await world.addUser('racing@example.com');
  const gone = newId();
  let given: ReturnType<TestIdentity['run']> | undefined;
  await world.test.owner.begin(async (tx) => {
    // As the consumer does before it takes roles away.
    await tx`select pg_advisory_xact_lock(${0x61646d69})`;
    given = world.run(SET_ROLES, { variables: { input: { userId: user.userId, roles: [{ role: 'READER', domainId: gone }] } } });
    const waiting = async () => (await world.test.owner`select from pg_locks where locktype = 'advisory' and not granted`).length;
    await expect.poll(waiting).toBeGreaterThan(0);
    await remove(gone);
    await createSequencer({ sql: world.test.connect('events'), logger }).sealOnce();
  });
  refused(await given!, 'input.roles.0.domainId');
});
