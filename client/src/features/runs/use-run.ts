'use client';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '@/gql';
import type { RunPageQuery } from '@/gql/graphql';
import { announce } from '@/lib/announce';
import { formatEnum, plural } from '@/lib/format';
import { useLive } from '@/lib/graphql/use-live';
import { isOver, milestone, withSeen, type Seen } from './phases';

const RUN_PAGE = graphql(`
  query RunPage($id: ID!) {
    scanRun(id: $id) {
      id
      status
      queuedAt
      startedAt
      finishedAt
      added
      changed
      unchanged
      removed
      error
      progress {
        phase
        done
        total
        message
      }
      warnings {
        code
        subject
        message
      }
      pendingDeletions(first: 1) {
        totalCount
      }
      scan {
        id
        name
      }
      source {
        id
        name
        assetCount
        runs(first: 9) {
          nodes {
            id
            status
            queuedAt
            startedAt
            finishedAt
            added
            changed
            removed
            error
          }
        }
      }
    }
  }
`);
const RUN_PAGE_LIVE = graphql(`
  subscription RunPageLive($id: ID!, $after: String) {
    scanProgress(runId: $id, after: $after) {
      cursor
      at
      type
      progress {
        phase
        done
        total
        message
      }
      run {
        id
        status
        startedAt
        finishedAt
        added
        changed
        unchanged
        removed
        error
        progress {
          phase
          done
          total
          message
        }
        warnings {
          code
          subject
          message
        }
        pendingDeletions(first: 1) {
          totalCount
        }
        source {
          id
          assetCount
        }
      }
    }
  }
`);
export type RunData = NonNullable<RunPageQuery['scanRun']>;

const REREAD_MS = [1_500, 8_000];

/** A run as it is now: each event's run goes into the cache, from where the query's answer follows. */
export function useRun(id: string) {
  const [{ data, error, fetching }, again] = useQuery({ query: RUN_PAGE, variables: { id } });
  const [seen, setSeen] = useState<Seen>({});
  const run = data?.scanRun ?? null;
  useLive(RUN_PAGE_LIVE, {
    variables: { id },
    onEvent: ({ scanProgress: { at, progress } }) => setSeen((before) => withSeen(before, progress.phase, Date.parse(at))),
  });
  const reload = () => again({ requestPolicy: 'network-only' });
  // Between the answer to the query and the first event a short run may have ended: it is looked at again. A busy server takes its time to listen.
  const reread = useEffectEvent(reload);
  const isGoing = run !== null && !isOver(run.status);
  useEffect(() => {
    if (!isGoing) return;
    const timers = REREAD_MS.map((delay) => setTimeout(reread, delay));
    return () => timers.forEach(clearTimeout);
  }, [isGoing]);
  useAnnouncements(run);
  return { run, seen, error, isLoading: fetching && !data, isAbsent: Boolean(data) && !fetching && run === null && !error, reload };
}

/** Phases, quarters, the first warning and the end are said to screen readers; never each tick. */
function useAnnouncements(run: RunData | null): void {
  const words =
    run === null
      ? null
      : isOver(run.status)
        ? `${formatEnum(run.status)}: ${plural(run.added, 'asset')} added, ${run.changed} changed, ${run.removed} removed`
        : milestone(run);
  const hasWarnings = (run?.warnings.length ?? 0) > 0;
  const said = useRef<{ words: string | null; hasWarnings: boolean } | null>(null);
  useEffect(() => {
    const before = said.current;
    if (words === null) return;
    said.current = { words, hasWarnings };
    // What the page shows when it comes is read as the page is.
    if (before === null) return;
    if (words !== before.words) announce(words);
    else if (hasWarnings && !before.hasWarnings) announce('The first warning came');
  }, [words, hasWarnings]);
}
