/** Verifying the log: events a second, beside reading the same rows and doing nothing with them, both in pages by seq. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Database } from '#platform/database/index.ts';
import { roleUrl } from '#platform/database/roles.ts';
import { append } from '#platform/events/append.ts';
import { deriveCheckpointKey } from '#platform/events/audit/checkpoint.ts';
import { createCheckpointer } from '#platform/events/audit/checkpointer.ts';
import { verifyLog } from '#platform/events/audit/verify.ts';
import { createSequencer } from '#platform/events/sequencer.ts';
import type { NewEvent } from '#platform/events/types.ts';
import { newId } from '#platform/ids.ts';
import { createLogger } from '#platform/logger.ts';
import type { BenchContext, BenchResult } from './run.ts';

const PAGE = 5_000;
const MB = 1024 * 1024;

/** An asset's change as a scan tells it. */
const event = (number: number): NewEvent => ({
  type: 'asset.updated',
  subject: newId(),
  actorId: null,
  attributes: {
    accessBefore: 1,
    accessAfter: 1,
    sourceId: newId(),
    domainId: null,
    kind: 'TABLE',
    namespace: 'postgres://db.example:5432',
    name: `shop.public.table_${number}`,
    tags: [],
    ownerIds: [],
  },
  data: {
    namespace: 'postgres://db.example:5432',
    name: `shop.public.table_${number}`,
    kind: 'TABLE',
    version: 2,
    changes: [{ path: '/columns/email/nullable', before: true, after: false }],
  },
});

async function read(sql: Database): Promise<number> {
  let [seq, count] = [0, 0];
  while (true) {
    const rows = await sql<{ seq: number }[]>`
      select seq, hash, leaf, salt, event_id, type, source, subject, time, actor_id, data, attributes from events.log
      where seq > ${seq} order by seq limit ${PAGE}`;
    count += rows.length;
    if (rows.length < PAGE) return count;
    seq = rows.at(-1)!.seq;
  }
}

async function rateOf(work: () => Promise<number>): Promise<number> {
  const startedAt = performance.now();
  return ((await work()) * 1_000) / (performance.now() - startedAt);
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

export async function run({ quick, say, createDatabase }: BenchContext): Promise<BenchResult[]> {
  const location = await createDatabase();
  const catalog = connect({ url: roleUrl(location, 'catalog'), name: 'bench', max: 2 });
  const sql = connect({ url: roleUrl(location, 'events'), name: 'bench', max: 3 });
  const folder = mkdtempSync(join(tmpdir(), 'pursight-bench-'));
  try {
    const logger = createLogger({ level: 'warn', format: 'json' });
    const key = deriveCheckpointKey(location.rootKey);
    const file = join(folder, 'checkpoints.jsonl');
    const checkpointer = createCheckpointer({ sql, key, file, logger });
    const sequencer = createSequencer({ sql, logger });
    const count = quick ? 50_000 : 300_000;
    say(`${count.toLocaleString('en')} events …`);
    for (let made = 0; made < count; made += 10_000) {
      await catalog.begin((tx) =>
        append(
          tx,
          'catalog',
          Array.from({ length: 10_000 }, (_, index) => event(made + index)),
        ),
      );
      while ((await sequencer.sealOnce()) > 0);
      await checkpointer.write();
    }
    say('reading and verifying …');
    const plain: number[] = [];
    const verified: number[] = [];
    let memory = 0;
    for (let round = 0; round < (quick ? 2 : 3); round++) {
      plain.push(await rateOf(() => read(sql)));
      verified.push(
        await rateOf(async () => {
          const found = await verifyLog({
            sql,
            key,
            file: { path: file, isCopy: false },
            onProgress: () => (memory = Math.max(memory, process.memoryUsage().rss)),
          });
          if (found.faultCount > 0 || found.anchoredSeq !== count) throw new Error(JSON.stringify(found.faults));
          return found.lastSeq;
        }),
      );
    }
    return [
      { name: 'reading the rows', value: median(plain), unit: 'events/s' },
      {
        name: 'verifying them',
        value: median(verified),
        unit: 'events/s',
        ratio: median(verified) / median(plain),
        baseline: 'reading',
      },
      { name: 'memory of the process meanwhile', value: memory / MB, unit: 'MB' },
    ];
  } finally {
    await Promise.all([catalog.end({ timeout: 1 }), sql.end({ timeout: 1 })]);
    rmSync(folder, { recursive: true });
  }
}
