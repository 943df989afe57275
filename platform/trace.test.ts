import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { append } from './events/append.ts';
import type { NewEvent } from './events/types.ts';
import { newId } from './ids.ts';
import { addJob } from './jobs/queue.ts';
import { createWorker } from './jobs/worker.ts';
import { roleUrl } from './database/roles.ts';
import { createLogger } from './logger.ts';
import { createTestDatabase, type TestDatabase } from './testing/database.ts';
import { computeLeaf, type StoredEvent } from './testing/eventLog.ts';
import { currentTrace, withTrace } from './trace.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

function createLog() {
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', format: 'json', destination: { write: (line) => void lines.push(line) } });
  return { logger, read: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>), lines };
}

describe('a log line', () => {
  it('tells which request it belongs to, through awaiting, pools and child loggers', async () => {
    const { logger, read } = createLog();
    const sql = database.connect('catalog');
    const work = (requestId: string) =>
      withTrace({ requestId }, async () => {
        await sql.begin(async (tx) => {
          await tx`select pg_sleep(0.01)`;
          logger.child({ module: 'm' }).info({ of: requestId }, 'within');
        });
        await sql`select 1`;
        logger.info({ of: requestId }, 'after');
      });
    await Promise.all(Array.from({ length: 12 }, (_, index) => work(`r${index}`)));
    logger.info('outside');
    const lines = read();
    expect(lines).toHaveLength(25);
    for (const line of lines) expect(line.requestId).toBe(line.of);
  });

  it('tells more of what is part of something, each name once', () => {
    const { logger, read, lines } = createLog();
    withTrace({ jobId: '7' }, () => {
      withTrace({ runId: 'run' }, () => logger.info('inner'));
      logger.info('outer');
      logger.info({ jobId: 'its own' }, 'said');
    });
    expect(read().map(({ jobId, runId }) => [jobId, runId])).toEqual([
      ['7', 'run'],
      ['7', undefined],
      ['its own', undefined],
    ]);
    expect(lines.every((line) => line.split('"jobId"').length === 2)).toBe(true);
  });

  it('of a job tells the job', async () => {
    const { logger, read } = createLog();
    const ran = Promise.withResolvers<void>();
    const worker = createWorker({
      url: roleUrl(database.location, 'jobs'),
      tasks: {
        async trace() {
          logger.info('at work');
          ran.resolve();
        },
      },
      concurrency: 1,
      logger: createLogger({ level: 'silent', format: 'json' }),
    });
    await worker.start();
    const sql = database.connect('catalog');
    // Whoever adds a job is not who does it.
    await withTrace({ requestId: 'r' }, () => sql.begin((tx) => addJob(tx, { task: 'trace', payload: {} })));
    await ran.promise;
    await worker.stop();
    expect(read()).toMatchObject([{ msg: 'at work', jobId: expect.stringMatching(/^\d+$/) }]);
    expect(read()[0]!.requestId).toBeUndefined();
  });
});

describe('an event', () => {
  const event: NewEvent = { type: 'team.created', subject: newId(), actorId: null, data: { name: 'x' }, attributes: { name: 'x' } };
  const written = async (): Promise<StoredEvent> =>
    (await database.owner<StoredEvent[]>`select * from events.outbox order by id desc limit 1`)[0]!;

  it('has the id of its request in its attributes, and so in its leaf', async () => {
    const sql = database.connect('identity');
    await withTrace({ requestId: 'r-1', jobId: '7' }, () => sql.begin((tx) => append(tx, 'identity', [event])));
    const row = await written();
    expect(row.attributes).toEqual({ name: 'x', requestId: 'r-1' });
    expect(computeLeaf(row).equals(row.leaf)).toBe(true);
    expect(computeLeaf({ ...row, attributes: { name: 'x', requestId: 'r-2' } }).equals(row.leaf)).toBe(false);
  });

  it('has none outside of one', async () => {
    await database.connect('identity').begin((tx) => append(tx, 'identity', [event]));
    expect((await written()).attributes).toEqual({ name: 'x' });
    expect(currentTrace()).toEqual({});
  });
});
