'use client';
import { graphql } from '@/gql';
import { useLive } from '@/lib/graphql/use-live';

const SCAN_EVENTS = graphql(`
  subscription ScanEvents($after: String) {
    scanProgress(after: $after) {
      cursor
      type
      runId
      run {
        id
        status
        startedAt
        finishedAt
        added
        changed
        removed
        error
        progress {
          phase
          done
          total
          message
        }
        source {
          id
          assetCount
          lastRun {
            id
          }
          recent: runs(first: 10) {
            nodes {
              id
              status
              queuedAt
            }
          }
        }
      }
    }
  }
`);

/** Keeps what the cache knows of runs and their sources as it is; `onRun` gets each run that something happened to. */
export function useScanEvents(onRun: (runId: string, sourceId: string | undefined) => void = () => {}): void {
  useLive(SCAN_EVENTS, { variables: {}, onEvent: ({ scanProgress: { runId, run } }) => onRun(runId, run?.source.id) });
}
