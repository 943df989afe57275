import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pino } from 'pino';
import type { Role, Viewer } from '#platform/auth/viewer.ts';
import { countStatements } from '#platform/testing/statements.ts';
import { markUsed } from '../store/apiTokens.ts';
import { createTestIdentity, type TestIdentity } from '../testing/identity.ts';
import { createTokenAuthentication } from './tokenAuthentication.ts';
import { createTokenSecrets } from './tokenSecrets.ts';

const SOURCE = '0190b5a0-0000-7000-8000-00000000000a';
const UNKNOWN = '0190b5a0-0000-7000-8000-0000000000ff';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const CREATE = `mutation ($input: CreateApiTokenInput!) { createApiToken(input: $input) {
  secret cursor token { id name scopes createdAt expiresAt lastUsedAt revokedAt } } }`;
const REVOKE = 'mutation ($id: ID!) { revokeApiToken(input: { id: $id }) { cursor token { id name revokedAt } } }';

type Made = { secret: string; token: { id: string; name: string; scopes: string[]; expiresAt: string | null } };

let world: TestIdentity;
let steward: Viewer;
beforeAll(async () => {
  world = await createTestIdentity();
  steward = await world.addUser('steward@example.com', [{ role: 'STEWARD' }, { role: 'READER', sourceId: SOURCE }]);
});
afterAll(() => world.test.drop());

const ask = (as: Viewer | null, input: object) => world.run(CREATE, { as, variables: { input: { name: 'Token', ...input } } });
async function create(as: Viewer, scopes: Role[], rest: object = {}): Promise<Made> {
  const { data, errors } = await ask(as, { scopes, ...rest });
  if (errors) throw errors[0]!;
  return data.createApiToken;
}
const authenticate = (secret: string): Promise<Viewer> => world.identity.sessions.authenticate(secret);
const refusal = (secret: string): Promise<unknown> =>
  authenticate(secret).then(
    () => 'accepted',
    (error) => ({ code: error.code, reason: error.reason, message: error.message }),
  );
const viewerOf = async (as: Viewer, scopes: Role[], rest: object = {}): Promise<Viewer> =>
  authenticate((await create(as, scopes, rest)).secret);
const revoke = (as: Viewer | null, id: string) => world.run(REVOKE, { as, variables: { id } });
const inAnHour = (hours = 1): string => new Date(world.clock.now().getTime() + hours * HOUR).toISOString();
const lastEventId = async (): Promise<number> => (await world.eventsSince()).at(-1)?.id ?? 0;
const lastUse = async (id: string): Promise<Date | null> =>
  (await world.test.owner`select last_used_at from identity.api_tokens where id = ${id}`)[0]!.lastUsedAt as Date | null;

const waiting = async (): Promise<number> =>
  (
    await world.test.owner`
      select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  ).length;

describe('createApiToken', () => {
  it('gives a secret that is its owner, and an event without it', async () => {
    const after = await lastEventId();
    const expiresAt = inAnHour();
    const { secret, token } = await create(steward, ['READER', 'STEWARD'], { name: ' Nightly ', expiresAt });
    expect(token).toEqual({
      id: expect.any(String),
      name: 'Nightly',
      scopes: ['READER', 'STEWARD'],
      createdAt: world.clock.now().toISOString(),
      expiresAt,
      lastUsedAt: null,
      revokedAt: null,
    });
    expect(await authenticate(`Bearer ${secret}`)).toEqual({
      userId: steward.userId,
      sessionId: null,
      token: { id: token.id, scopes: ['READER', 'STEWARD'], expiresAt: new Date(expiresAt) },
      expiresAt: new Date(expiresAt),
      roles: expect.arrayContaining([
        { role: 'STEWARD', sourceId: null, domainId: null },
        { role: 'READER', sourceId: null, domainId: null },
        { role: 'READER', sourceId: SOURCE, domainId: null },
      ]),
    });
    expect(await world.eventsSince(after)).toMatchObject([
      {
        type: 'token.created',
        subject: token.id,
        actorId: steward.userId,
        data: { name: 'Nightly', scopes: ['READER', 'STEWARD'], expiresAt },
      },
    ]);
  });

  it('refuses what is no name, scope or future, and says where', async () => {
    const wrong: [object, string][] = [
      [{ name: ' ' }, 'input.name'],
      [{ name: 'x'.repeat(201) }, 'input.name'],
      [{ scopes: [] }, 'input.scopes'],
      [{ scopes: ['READER', 'OWNER'] }, 'input.scopes'],
      [{ expiresAt: world.clock.now().toISOString() }, 'input.expiresAt'],
    ];
    for (const [change, field] of wrong) {
      const { errors } = await ask(steward, { scopes: ['READER'], ...change });
      expect(errors?.[0]?.originalError, field).toMatchObject({ code: 'BAD_USER_INPUT', details: { field } });
    }
    expect((await ask(null, { scopes: [] })).codes).toEqual(['UNAUTHENTICATED']);
  });

  it('lets a person name any scope, which gives no more than the person has', async () => {
    const reader = await world.addUser('any@example.com', [{ role: 'READER', sourceId: SOURCE }]);
    const viewer = await viewerOf(reader, ['ADMIN', 'INGESTOR']);
    expect(viewer.roles).toEqual([{ role: 'READER', sourceId: SOURCE, domainId: null }]);
  });

  it('makes at most 200 that live for a user, also when many are made at once', async () => {
    const many = await world.addUser('many@example.com', [{ role: 'READER' }]);
    const first = await create(many, ['READER'], { expiresAt: inAnHour() });
    const second = await create(many, ['READER']);
    await world.test.owner`
      insert into identity.api_tokens (id, user_id, name, scopes, secret_hash, created_at)
      select gen_random_uuid(), ${many.userId}, 'bulk', '{READER}', '\\x00', ${world.clock.now()} from generate_series(1, 197)`;
    // Nobody can write until some are at it side by side.
    const asking = await world.test.owner.begin(async (tx) => {
      await tx`lock table identity.api_tokens in share mode`;
      const started = Array.from({ length: 4 }, () => ask(many, { scopes: ['READER'] }));
      await expect.poll(() => waiting(), { timeout: 5_000 }).toBeGreaterThanOrEqual(2);
      return { started };
    });
    const codes = (await Promise.all(asking.started)).flatMap((answer) => answer.codes);
    expect(codes).toEqual(Array(3).fill('CONFLICT'));
    await revoke(many, second.token.id);
    expect((await ask(many, { scopes: ['READER'] })).codes).toEqual([]);
    expect((await ask(many, { scopes: ['READER'] })).errors?.[0]?.message).toContain('at most 200');
    world.clock.advance(HOUR);
    expect(await refusal(first.secret)).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect((await ask(many, { scopes: ['READER'] })).codes).toEqual([]);
  });
});

describe('a token that makes tokens', () => {
  it('hands on only scopes that it has itself', async () => {
    const token = await viewerOf(steward, ['READER', 'STEWARD']);
    expect((await viewerOf(token, ['STEWARD'])).token?.scopes).toEqual(['STEWARD']);
    for (const scopes of [['ADMIN'], ['READER', 'ADMIN'], ['INGESTOR']]) {
      const { errors } = await ask(token, { scopes });
      expect(errors?.[0]?.originalError, scopes.join()).toMatchObject({ code: 'FORBIDDEN', details: { policy: 'token:scopes' } });
    }
    expect((await ask(token, { scopes: ['OWNER'] })).codes).toEqual(['BAD_USER_INPUT']);
  });

  it('makes none that outlives it', async () => {
    const expiresAt = inAnHour(2);
    const token = await viewerOf(steward, ['READER'], { expiresAt });
    expect((await create(token, ['READER'])).token.expiresAt).toBe(expiresAt);
    expect((await create(token, ['READER'], { expiresAt })).token.expiresAt).toBe(expiresAt);
    expect((await create(token, ['READER'], { expiresAt: inAnHour(1) })).token.expiresAt).toBe(inAnHour(1));
    const { errors } = await ask(token, { scopes: ['READER'], expiresAt: new Date(Date.parse(expiresAt) + 1).toISOString() });
    expect(errors?.[0]?.originalError).toMatchObject({ code: 'FORBIDDEN', details: { policy: 'token:expiry' } });
    const endless = await viewerOf(steward, ['READER']);
    expect((await create(endless, ['READER'], { expiresAt: inAnHour(9) })).token.expiresAt).toBe(inAnHour(9));
    expect((await create(endless, ['READER'])).token.expiresAt).toBeNull();
  });

  it('makes none without a reading scope', async () => {
    const ingestor = await viewerOf(world.administrator, ['INGESTOR']);
    expect(ingestor.roles).toEqual([{ role: 'INGESTOR', sourceId: null, domainId: null }]);
    const { errors } = await ask(ingestor, { scopes: ['INGESTOR'] });
    expect(errors?.[0]?.originalError).toMatchObject({ code: 'FORBIDDEN', details: { policy: 'token:reading' } });
  });

  it('makes none once it is revoked, also when its request was let in before', async () => {
    const token = await viewerOf(steward, ['READER']);
    await revoke(steward, token.token!.id);
    expect((await ask(token, { scopes: ['READER'] })).codes).toEqual(['UNAUTHENTICATED']);
  });

  it('leaves none behind when it is revoked while it makes some', async () => {
    const token = await viewerOf(steward, ['READER']);
    const making = Array.from({ length: 6 }, () => ask(token, { scopes: ['READER'] }));
    const [revoked] = await Promise.all([revoke(steward, token.token!.id), ...making]);
    expect(revoked.codes).toEqual([]);
    const alive = await world.test.owner`select id from identity.api_tokens where parent_id = ${token.token!.id} and revoked_at is null`;
    expect(alive).toEqual([]);
  });
});

describe('revokeApiToken', () => {
  it('counts at once, for all that were made with the token, and only for those', async () => {
    const [root, other] = [await create(steward, ['READER'], { name: 'root' }), await create(steward, ['READER'])];
    const child = await create(await authenticate(root.secret), ['READER'], { name: 'child' });
    const grandchild = await create(await authenticate(child.secret), ['READER'], { name: 'grandchild' });
    const sibling = await create(await authenticate(root.secret), ['READER']);
    const after = await lastEventId();
    expect((await revoke(steward, child.token.id)).data.revokeApiToken.token).toEqual({
      id: child.token.id,
      name: 'child',
      revokedAt: world.clock.now().toISOString(),
    });
    for (const { secret } of [child, grandchild])
      expect(await refusal(secret)).toMatchObject({ reason: 'ended', message: expect.stringContaining('revoked') });
    for (const { secret } of [root, sibling, other]) expect(await refusal(secret)).toBe('accepted');

    const events = await world.eventsSince(after);
    expect(events.map(({ type, actorId, data }) => [type, actorId, data.name]).sort()).toEqual([
      ['token.revoked', steward.userId, 'child'],
      ['token.revoked', steward.userId, 'grandchild'],
    ]);
    world.clock.advance(MINUTE);
    const again = await revoke(steward, child.token.id);
    expect(again.codes).toEqual([]);
    expect(again.data.revokeApiToken.token.revokedAt).toBe(new Date(world.clock.now().getTime() - MINUTE).toISOString());
    expect(await world.eventsSince(after)).toHaveLength(2);
  });

  it('is for its owner, and for who administers everything', async () => {
    const { token, secret } = await create(steward, ['READER']);
    const [reader, admin] = [
      await world.addUser('other@example.com', [{ role: 'READER' }]),
      await world.addUser('part@example.com', [{ role: 'ADMIN', sourceId: SOURCE }]),
    ];
    for (const as of [reader, admin]) expect((await revoke(as, token.id)).codes).toEqual(['NOT_FOUND']);
    for (const id of [UNKNOWN, 'malformed']) expect((await revoke(steward, id)).codes).toEqual(['NOT_FOUND']);
    expect((await revoke(null, token.id)).codes).toEqual(['UNAUTHENTICATED']);
    expect(await refusal(secret)).toBe('accepted');
    expect((await revoke(world.administrator, token.id)).codes).toEqual([]);
    expect(await refusal(secret)).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('takes from a token only itself and those made with it', async () => {
    const mine = await create(steward, ['READER']);
    const [token, foreign] = [await viewerOf(steward, ['READER']), await create(world.administrator, ['READER'])];
    const child = await create(token, ['READER']);
    const { errors } = await revoke(token, mine.token.id);
    expect(errors?.[0]?.originalError).toMatchObject({ code: 'FORBIDDEN', details: { policy: 'token:own' } });
    expect((await revoke(await authenticate(child.secret), token.token!.id)).codes).toEqual(['FORBIDDEN']);
    expect((await revoke(token, foreign.token.id)).codes).toEqual(['NOT_FOUND']);
    expect((await revoke(token, child.token.id)).codes).toEqual([]);
    expect((await revoke(token, token.token!.id)).codes).toEqual([]);
    const ingestor = await viewerOf(world.administrator, ['INGESTOR']);
    expect((await revoke(ingestor, foreign.token.id)).codes).toEqual(['FORBIDDEN']);
    expect((await revoke(ingestor, ingestor.token!.id)).codes).toEqual([]);
  });
});

describe('apiTokens', () => {
  const LIST = `query ($first: Int, $after: String) { apiTokens(first: $first, after: $after) {
    nodes { id name } pageInfo { hasNextPage endCursor } totalCount } }`;

  it('lists the viewer’s own, newest first, page after page, revoked and expired ones too', async () => {
    const owner = await world.addUser('lists@example.com', [{ role: 'READER' }]);
    const made: string[] = [];
    for (let n = 0; n < 7; n++) {
      // Some at the same time: then the id decides.
      if (n % 3 === 0) world.clock.advance(1);
      made.push((await create(owner, ['READER'], { expiresAt: inAnHour() })).token.id);
    }
    await revoke(owner, made[2]!);
    world.clock.advance(HOUR);
    const seen: string[] = [];
    for (let after: string | null = null; ;) {
      const { data, codes } = await world.run(LIST, { as: owner, variables: { first: 2, after } });
      expect([codes, data.apiTokens.totalCount]).toEqual([[], 7]);
      seen.push(...data.apiTokens.nodes.map((node: { id: string }) => node.id));
      if (!data.apiTokens.pageInfo.hasNextPage) break;
      after = data.apiTokens.pageInfo.endCursor;
    }
    expect(seen).toEqual(made.toReversed());
    expect(
      (await world.run(LIST, { as: steward, variables: { first: 200 } })).data.apiTokens.nodes.map((node: { id: string }) => node.id),
    ).not.toContain(made[0]);
    for (const after of ['x', Buffer.from('["x","y","z"]').toString('base64url')]) {
      expect((await world.run(LIST, { as: owner, variables: { after } })).codes).toEqual(['BAD_USER_INPUT']);
    }
  });

  it('shows a token itself and those made with it, and nothing without a reading role', async () => {
    await create(steward, ['READER']);
    const token = await viewerOf(steward, ['READER']);
    const child = await create(token, ['READER']);
    const { data } = await world.run(LIST, { as: token });
    expect(data.apiTokens.nodes.map((node: { id: string }) => node.id)).toEqual([child.token.id, token.token!.id]);
    expect(data.apiTokens.totalCount).toBe(2);
    expect((await world.run(LIST, { as: await viewerOf(world.administrator, ['INGESTOR']) })).codes).toEqual(['FORBIDDEN']);
    expect((await world.run(LIST, { as: null })).codes).toEqual(['UNAUTHENTICATED']);
  });
});

describe('a viewer behind an API token', () => {
  it('has what its owner’s roles are now', async () => {
    const owner = await world.addUser('changing@example.com', [{ role: 'STEWARD' }]);
    const { secret } = await create(owner, ['STEWARD']);
    const roles = async () => (await authenticate(secret)).roles.map(({ role, sourceId }) => [role, sourceId]);
    expect(await roles()).toEqual([['STEWARD', null]]);
    const set = (to: object[]) =>
      world.run('mutation ($input: SetUserRolesInput!) { setUserRoles(input: $input) { cursor } }', {
        variables: { input: { userId: owner.userId, roles: to } },
      });
    await set([{ role: 'ADMIN', sourceId: SOURCE }]);
    expect(await roles()).toEqual([['STEWARD', SOURCE]]);
    await set([]);
    expect(await roles()).toEqual([]);
  });

  it('is refused in a plain sentence once expired, when unknown and when made up', async () => {
    const { secret, token } = await create(steward, ['READER'], { expiresAt: inAnHour() });
    world.clock.advance(HOUR - 1);
    expect(await refusal(secret)).toBe('accepted');
    world.clock.advance(1);
    expect(await refusal(secret)).toEqual({ code: 'UNAUTHENTICATED', reason: 'ended', message: expect.stringContaining('expired') });
    const unknown = await create(steward, ['READER']);
    await world.test.owner`delete from identity.api_tokens where id = ${unknown.token.id}`;
    const [gone, madeUp, short] = [await refusal(unknown.secret), await refusal(`pursight_${'A'.repeat(84)}`), await refusal('pursight_x')];
    expect(gone).toEqual({
      code: 'UNAUTHENTICATED',
      reason: 'unknown',
      message: expect.stringContaining('not an API token of this server'),
    });
    expect([madeUp, short]).toEqual([gone, gone]);
    // One whose row was given another secret.
    const swapped = await create(steward, ['READER']);
    await world.test
      .owner`update identity.api_tokens set secret_hash = (select secret_hash from identity.api_tokens where id = ${token.id}) where id = ${swapped.token.id}`;
    expect(await refusal(swapped.secret)).toEqual(gone);
  });

  it('costs one statement, and none when the text was not made here', async () => {
    const { secret, token } = await create(steward, ['READER']);
    await authenticate(secret);
    await expect.poll(() => lastUse(token.id)).not.toBeNull();
    expect(await countStatements(world.test.owner, 'identity', () => authenticate(secret))).toBe(1);
    const garbage = secret.slice(0, -1) + (secret.endsWith('A') ? 'B' : 'A');
    expect(await countStatements(world.test.owner, 'identity', () => refusal(garbage))).toBe(0);
  });

  it('is noted as used at most once a minute', async () => {
    const { secret, token } = await create(steward, ['READER']);
    const first = world.clock.now();
    await Promise.all(Array.from({ length: 5 }, () => authenticate(secret)));
    await expect.poll(() => lastUse(token.id)).toEqual(first);
    world.clock.advance(MINUTE - 1);
    expect(await countStatements(world.test.owner, 'identity', () => authenticate(secret))).toBe(1);
    world.clock.advance(1);
    await authenticate(secret);
    await expect.poll(() => lastUse(token.id)).toEqual(world.clock.now());
    // Another process that has read the row before.
    const at = world.clock.now().getTime();
    await markUsed(world.database, token.id, new Date(at + 1), new Date(at + 1 - MINUTE));
    expect(await lastUse(token.id)).toEqual(world.clock.now());
  });

  it('is let in although its use cannot be noted, and the log says so', async () => {
    const { secret, token } = await create(steward, ['READER']);
    const lines: string[] = [];
    await world.test.owner.unsafe(
      "create function identity.refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$",
    );
    await world.test.owner.unsafe('create trigger refuse before update on identity.api_tokens execute function identity.refuse()');
    try {
      const tokens = createTokenAuthentication({
        database: world.database,
        secrets: createTokenSecrets(world.test.location.rootKey),
        logger: pino({}, { write: (line: string) => void lines.push(line) }),
        now: world.clock.now,
      });
      expect((await tokens.authenticate(secret)).token?.id).toBe(token.id);
      await expect.poll(() => lines.length).toBe(1);
      expect(JSON.parse(lines[0]!)).toMatchObject({ tokenId: token.id, msg: 'the last use of an API token was not written' });
      expect(lines[0]).not.toContain(secret);
    } finally {
      await world.test.owner.unsafe('drop function identity.refuse() cascade');
    }
  });

  it('ends no session: not its owner’s, and it has none itself', async () => {
    const session = await world.identity.sessions.signIn({ email: 'steward@example.com', password: 'correct horse battery' }, '192.0.2.1');
    const token = await viewerOf(steward, ['STEWARD']);
    await expect(world.identity.sessions.signOut(token, { everywhere: true })).rejects.toMatchObject({
      code: 'FORBIDDEN',
      details: { policy: 'token:sessions' },
    });
    expect(await world.identity.sessions.signOut(token, {})).toBe(false);
    expect((await authenticate(session.accessToken)).sessionId).toBe(session.viewer.sessionId);
    expect(await world.identity.sessions.signOut(session.viewer, {})).toBe(true);
  });
});

it('keeps no secret in the log', () => {
  expect(world.logged.join()).toContain('API token created');
  expect(world.logged.join()).not.toContain('pursight_');
});
