'use client';
import { useEffect, useState } from 'react';

/** When a cron expression of five fields (UTC) is due next; null: it is none. The parser comes on demand. */
export async function nextTimes(cron: string, count: number, now = new Date()): Promise<Date[] | null> {
  if (cron.trim().split(/\s+/).length !== 5) return null;
  const { CronExpressionParser } = await import('cron-parser');
  try {
    return CronExpressionParser.parse(cron, { currentDate: now, tz: 'UTC' })
      .take(count)
      .map((each) => each.toDate());
  } catch {
    // What is no schedule is told as such; the server refuses it, too.
    return null;
  }
}

/** undefined: not known yet; null: no schedule, or none that can be kept. */
export function useNextTimes(cron: string | null, count: number): readonly Date[] | null | undefined {
  const [known, setKnown] = useState<{ of: string; times: Date[] | null }>();
  useEffect(() => {
    if (cron === null) return;
    let isOver = false;
    void nextTimes(cron, count).then((times) => isOver || setKnown({ of: cron, times }));
    return () => {
      isOver = true;
    };
  }, [cron, count]);
  if (cron === null) return null;
  return known?.of === cron ? known.times : undefined;
}

/** The next moment at which one of them is due. */
export function useSoonest(schedules: readonly string[]): Date | null {
  const [known, setKnown] = useState<{ of: string; at: Date | null }>();
  const key = schedules.join('\n');
  useEffect(() => {
    if (key === '') return;
    let isOver = false;
    void Promise.all(key.split('\n').map((cron) => nextTimes(cron, 1))).then((all) => {
      const moments = all.flatMap((times) => times ?? []).toSorted((a, b) => a.getTime() - b.getTime());
      if (!isOver) setKnown({ of: key, at: moments[0] ?? null });
    });
    return () => {
      isOver = true;
    };
  }, [key]);
  return known?.of === key ? known.at : null;
}
