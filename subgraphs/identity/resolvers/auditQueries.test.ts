import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pino } from 'pino';
import { mayRead, type Viewer } from '#platform/auth/viewer.ts';
import { append } from '#platform/events/append.ts';
import { createAuditor } from '#platform/events/audit/auditor.ts';
import { deriveCheckpointKey } from '#platform/events/audit/checkpoint.ts';
import { createCheckpointer } from '#platform/events/audit/checkpointer.ts';
import { createSequencer } from '#platform/events/sequencer.ts';
import { newId } from '#platform/ids.ts';
import { TEST_ROOT_KEY } from '#platform/testing/database.ts';
import { createIdentity } from '../index.ts';
import { createTestIdentity, type TestIdentity } from '../testing/identity.ts';

const logger = pino({ level: 'silent' });
let world: TestIdentity;
/** Everybody who does not administer everything. */
let others: [name: string, viewer: Viewer | null, code: string][];
beforeAll(async () => {
  world = await createTestIdentity();
  others = [
    ['nobody', null, 'UNAUTHENTICATED'],
    ['who has no role', await world.addUser('none@example.com'), 'FORBIDDEN'],
    ['an ingestor', await world.addUser('ingestor@example.com', [{ role: 'INGESTOR' }]), 'FORBIDDEN'],
    ['a reader', await world.addUser('reader@example.com', [{}]), 'FORBIDDEN'],
    ['a steward', await world.addUser('steward@example.com', [{ role: 'STEWARD' }]), 'FORBIDDEN'],
    ['an administrator of a source', await world.addUser('scoped@example.com', [{ role: 'ADMIN', sourceId: newId() }]), 'FORBIDDEN'],
  ];
});
afterAll(() => world.test.drop());

const remove = async (domainId: string): Promise<void> => {
  await world.test
    .connect('catalog')
    .begin((tx) => append(tx, 'catalog', [{ type: 'domain.removed', subject: domainId, actorId: null, data: { name: 'Sales' } }]));
  const sequencer = createSequencer({ sql: world.test.connect('events'), logger });
  while ((await sequencer.sealOnce()) > 0);
};
const consume = async (faults: string[] = []): Promise<void> => {
  const { rootKey } = world.test.location;
  const { consumers } = createIdentity({ database: world.database, rootKey, logger, faults: new Set(faults), now: world.clock.now });
  for (const consumer of consumers) while (await consumer.runOnce());
};
/** What a consumer that fails leaves after its tries. Gives the ids, the oldest first. */
const letters = async (count: number): Promise<string[]> => {
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    await remove(newId());
    await consume([index % 2 === 0 ? 'consumer:identity' : 'consumer:identity.domains']);
    const [row] = await world.test.owner`
      update events.failures set retry_at = null, attempts = ${5 + index}, consumer = ${index % 2 === 0 ? 'identity.domains' : 'catalog.search'}, failed_at = ${new Date(Date.UTC(2026, 0, 1 + index))}
      where retry_at is not null returning id`;
    ids.push(row!.id as string);
  }
  return ids;
};
beforeEach(async () => void (await world.test.owner`delete from events.failures`));

const LETTERS = `query ($first: Int, $after: String) {
  deadLetters(first: $first, after: $after) {
    edges { cursor node { id } } nodes { id consumer attempts lastError failedAt event { id type data subject } }
    pageInfo { hasNextPage hasPreviousPage endCursor } totalCount
  }
}`;
const REDRIVE = `mutation ($id: ID!) { redriveDeadLetter(input: { id: $id }) { deadLetter { id consumer attempts lastError event { type } } cursor } }`;
const list = async (variables: Record<string, unknown> = {}) => (await world.run(LETTERS, { variables })).data.deadLetters;

describe('deadLetters', () => {
  it('come newest first, page by page, with their events', async () => {
    const ids = await letters(3);
    const first = await list({ first: 2 });
    expect(first.nodes.map(({ id }: { id: string }) => id)).toEqual([ids[2], ids[1]]);
    expect(first.nodes[0]).toMatchObject({
      consumer: 'identity.domains',
      attempts: 7,
      failedAt: '2026-01-03T00:00:00.000Z',
      event: { type: 'domain.removed', data: { name: 'Sales' } },
    });
    expect(first.nodes[0].lastError).toContain('consumer:identity');
    expect(first).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true, hasPreviousPage: false } });
    const second = await list({ first: 2, after: first.pageInfo.endCursor });
    expect(second.nodes.map(({ id }: { id: string }) => id)).toEqual([ids[0]]);
    expect(second.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  });

  it('do not have what is still being tried', async () => {
    await remove(newId());
    await consume(['consumer:identity']);
    expect(await list()).toMatchObject({ nodes: [], totalCount: 0 });
  });

  it('are for administrators over everything; wrong arguments are told to readers only', async () => {
    for (const [who, as, code] of others) expect((await world.run(LETTERS, { as })).codes, who).toEqual([code]);
    const wrong = [{ first: 0 }, { first: 201 }, { after: 'x' }, { after: Buffer.from('["a",1,2]').toString('base64url') }];
    for (const variables of wrong) {
      expect((await world.run(LETTERS, { variables })).codes).toEqual(['BAD_USER_INPUT']);
      expect((await world.run(LETTERS, { variables, as: others[3]![1] })).codes).toEqual(['BAD_USER_INPUT']);
      expect((await world.run(LETTERS, { variables, as: others[1]![1] })).codes).toEqual(['FORBIDDEN']);
    }
  });

  it('refuse a cursor whose parts are not of this list before the database sees them', async () => {
    const [id] = await letters(1);
    const { endCursor } = (await list()).pageInfo;
    const [scope, ...key] = JSON.parse(Buffer.from(endCursor, 'base64url').toString());
    expect(key).toEqual(['2026-01-01T00:00:00.000Z', id]);
    const times = ['+275760-09-13T00:00:00.000Z', '-000001-01-01T00:00:00.000Z', '0000-01-01T00:00:00.000Z', '2026', 'x', 1];
    for (const forged of [...times.map((time) => [time, id]), [key[0], 'x'], [key[0], 1]]) {
      const after = Buffer.from(JSON.stringify([scope, ...forged])).toString('base64url');
      expect((await world.run(LETTERS, { variables: { after } })).codes, String(forged)).toEqual(['BAD_USER_INPUT']);
    }
  });

  it('resolve as references, for administrators only', async () => {
    const [id] = await letters(1);
    const refs = [id, newId(), 'malformed'].map((each) => ({ __typename: 'DeadLetter', id: each }));
    const resolve = async (as?: Viewer | null) =>
      (
        await world.run('query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on DeadLetter { id attempts } } }', {
          variables: { refs },
          as,
        })
      ).data._entities;
    expect(await resolve()).toEqual([{ id, attempts: 5 }, null, null]);
    expect(await resolve(others[4]![1])).toEqual([null, null, null]);
  });
});

describe('redriveDeadLetter', () => {
  it('has the consumer try again, and gives the dead letter as it was', async () => {
    const domainId = newId();
    const user = await world.addUser('covered@example.com', [{ domainId }]);
    await remove(domainId);
    await consume(['consumer:identity.domains']);
    await world.test.owner`update events.failures set retry_at = null, attempts = 5`;
    const { id } = (await list()).nodes[0];
    const { data, codes } = await world.run(REDRIVE, { variables: { id } });
    expect(codes).toEqual([]);
    expect(data.redriveDeadLetter.deadLetter).toMatchObject({ id, attempts: 5, event: { type: 'domain.removed' } });
    expect(data.redriveDeadLetter.cursor).toMatch(/^[0-9a-z]+\.\d+$/);
    expect(await list()).toMatchObject({ totalCount: 0 });
    await expect
      .poll(async () => {
        await consume();
        return await world.database`select from identity.role_assignments where user_id = ${user.userId}`;
      })
      .toHaveLength(0);
    expect(await world.test.owner`select from events.failures`).toHaveLength(0);
  });

  it('is refused to all but administrators over everything, and for what is no dead letter', async () => {
    const [id] = await letters(1);
    for (const [who, as, code] of others) {
      // To who reads something but not everything it does not exist.
      const refused = code === 'FORBIDDEN' && as && mayRead(as) ? 'NOT_FOUND' : code;
      expect((await world.run(REDRIVE, { variables: { id }, as })).codes, who).toEqual([refused]);
      expect((await world.run(REDRIVE, { variables: { id: newId() }, as })).codes, who).toEqual([refused]);
    }
    for (const unknown of [newId(), 'x', ''])
      expect((await world.run(REDRIVE, { variables: { id: unknown } })).codes).toEqual(['NOT_FOUND']);
    const twice = await Promise.all([world.run(REDRIVE, { variables: { id } }), world.run(REDRIVE, { variables: { id } })]);
    expect(twice.flatMap(({ codes }) => codes)).toEqual(['NOT_FOUND']);
    expect((await world.run(REDRIVE, { variables: { id } })).codes).toEqual(['NOT_FOUND']);
  });
});

describe('auditStatus', () => {
  const STATUS = '{ auditStatus { sealedSeq hash checkpointSeq checkpointAt verifiedSeq verifiedAt firstBrokenSeq fault } }';
  const status = async () => (await world.run(STATUS)).data.auditStatus;
  it('tells where the log is sealed, signed and verified up to, and what was found wrong', async () => {
    const before = await status();
    await remove(newId());
    const sealed = await status();
    const [last] = await world.test.owner`select seq, encode(hash, 'hex') as hash from events.log order by seq desc limit 1`;
    expect(sealed).toEqual({
      sealedSeq: last!.seq,
      hash: last!.hash,
      checkpointSeq: null,
      checkpointAt: null,
      verifiedSeq: null,
      verifiedAt: null,
      firstBrokenSeq: null,
      fault: null,
    });
    expect(sealed.sealedSeq).toBeGreaterThan(before.sealedSeq);
    expect(sealed.hash).not.toBe(before.hash);

    const folder = mkdtempSync(join(tmpdir(), 'pursight-audit-'));
    const options = {
      sql: world.test.connect('events'),
      key: deriveCheckpointKey(TEST_ROOT_KEY),
      file: join(folder, 'checkpoints.jsonl'),
      logger,
    };
    try {
      let days = 0;
      const now = (): Date => new Date(Date.UTC(2026, 2, 1 + days));
      const verify = async () => {
        await createCheckpointer({ ...options, now }).write();
        await createAuditor({ ...options, now }).runOnce();
        return status();
      };
      const intact = await verify();
      expect(intact).toEqual({
        ...sealed,
        checkpointSeq: last!.seq,
        checkpointAt: now().toISOString(),
        verifiedSeq: last!.seq,
        verifiedAt: now().toISOString(),
      });
      for (const seq of [last!.seq, last!.seq - 1]) {
        days++;
        await world.test.owner`update events.log set subject = 'other' where seq = ${seq}`;
        expect(await verify()).toMatchObject({
          verifiedSeq: seq - 1,
          verifiedAt: now().toISOString(),
          firstBrokenSeq: seq,
          fault: `Event ${seq} was changed: its leaf is another one.`,
        });
        await remove(newId());
      }
      expect((await status()).checkpointSeq).toBeGreaterThan(intact.checkpointSeq);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is for administrators over everything', async () => {
    for (const [who, as, code] of others) expect((await world.run(STATUS, { as })).codes, who).toEqual([code]);
  });
});
