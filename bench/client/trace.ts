/** What the main thread of a page did for each frame, from Chromium's own trace. */
import type { CDPSession, Page } from 'playwright-core';

/** Microseconds, as in a trace. */
type TraceEvent = { name: string; ph: string; ts: number; dur?: number; pid: number; tid: number; args: { name?: string } };

const CATEGORIES = ['devtools.timeline', 'disabled-by-default-devtools.timeline', 'v8'];
/** Script and what it leaves to be collected, styles and layout, paint. Some lie within others: what they cover counts, once. */
const WORK = new Set(
  `EventDispatch FireAnimationFrame FunctionCall EvaluateScript TimerFire RunMicrotasks MinorGC MajorGC V8.GCIncrementalMarking V8.GCFinalizeMC
   UpdateLayoutTree Layout HitTest IntersectionObserverController::computeIntersections PrePaint Paint UpdateLayer Layerize Commit`.split(
    /\s+/,
  ),
);
const READ_BYTES = 1 << 20;
const PATIENCE_MS = 60_000;

/** Milliseconds of each frame in which the page had something to do, while `work` goes on. */
export async function traceFrames(page: Page, work: () => Promise<void>): Promise<number[]> {
  const session = await page.context().newCDPSession(page);
  try {
    await session.send('Tracing.start', {
      transferMode: 'ReturnAsStream',
      traceConfig: { recordMode: 'recordAsMuchAsPossible', includedCategories: CATEGORIES },
    });
    await work();
    const complete = new Promise<string>((resolve, reject) => {
      session.once('Tracing.tracingComplete', ({ stream }) => resolve(stream!));
      setTimeout(() => reject(new Error('The trace did not come.')), PATIENCE_MS).unref();
    });
    await session.send('Tracing.end');
    const { traceEvents } = JSON.parse(await read(session, await complete)) as { traceEvents: TraceEvent[] };
    return costs(traceEvents);
  } finally {
    await session.detach();
  }
}

async function read(session: CDPSession, handle: string): Promise<string> {
  const parts: Buffer[] = [];
  for (;;) {
    const { data, eof, base64Encoded } = await session.send('IO.read', { handle, size: READ_BYTES });
    parts.push(Buffer.from(data, base64Encoded ? 'base64' : 'utf8'));
    if (eof) break;
  }
  await session.send('IO.close', { handle });
  return Buffer.concat(parts).toString('utf8');
}

/** The page's own thread is the renderer's main thread with most frames. */
function costs(events: readonly TraceEvent[]): number[] {
  const mains = events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain');
  const frames = mains.map((main) => sumByFrame(events.filter(({ pid, tid, ph }) => pid === main.pid && tid === main.tid && ph === 'X')));
  return frames.toSorted((a, b) => b.length - a.length)[0] ?? [];
}

/** A frame ends when it is handed to the compositor; all since the one before belongs to it. */
function sumByFrame(events: readonly TraceEvent[]): number[] {
  const frames: number[] = [];
  let sum = 0;
  let covered = 0;
  for (const { name, ts, dur = 0 } of events.filter((event) => WORK.has(event.name)).toSorted((a, b) => a.ts - b.ts)) {
    sum += Math.max(0, ts + dur - Math.max(ts, covered)) / 1000;
    covered = Math.max(covered, ts + dur);
    if (name !== 'Commit') continue;
    frames.push(sum);
    sum = 0;
  }
  // Before the first there was more than its own.
  return frames.slice(1);
}
