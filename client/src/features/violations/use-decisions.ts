'use client';
import { useRef } from 'react';
import { useMutation } from 'urql';
import { toast } from '@/components/ui/toast';
import { graphql } from '@/gql';
import type { ViolationStatus } from '@/gql/graphql';
import { errorText } from '@/lib/errors';
import { plural } from '@/lib/format';
import { useKeys } from '@/lib/keys';

const ACKNOWLEDGE = graphql(`
  mutation UseDecisionsAcknowledge($input: AcknowledgeViolationsInput!) {
    acknowledgeViolations(input: $input) {
      cursor
      results {
        id
        violation {
          ...ViolationDecision
        }
        error {
          message
        }
      }
    }
  }
`);
const WAIVE = graphql(`
  mutation UseDecisionsWaive($input: WaiveViolationsInput!) {
    waiveViolations(input: $input) {
      cursor
      results {
        id
        violation {
          ...ViolationDecision
        }
        error {
          message
        }
      }
    }
  }
`);
const REOPEN = graphql(`
  mutation UseDecisionsReopen($input: ReopenViolationInput!) {
    reopenViolation(input: $input) {
      cursor
      violation {
        ...ViolationDecision
      }
    }
  }
`);

export type Decided = { id: string; status: ViolationStatus };
export type Waiver = { because: string; until: string };
/** `problem`: of the first one that failed. */
export type Outcome = { done: Decided[]; failed: Decided[]; problem: string };

/** What a batch may hold. */
const MOST = 200;
/** Taking back goes one by one; more than these are decided only after a question. */
const MOST_UNDONE = 50;

/** `tell`: where the page says how many were decided and how many were not. */
export function useDecisions(tell: (outcome: Outcome, verb: string) => void) {
  const [, acknowledge] = useMutation(ACKNOWLEDGE);
  const [, waive] = useMutation(WAIVE);
  const [, reopen] = useMutation(REOPEN);
  const lastUndo = useRef<(() => void) | null>(null);
  useKeys({ 'mod+z': () => lastUndo.current?.() });

  async function inBatches(
    items: readonly Decided[],
    send: (ids: string[]) => Promise<{ errors: Map<string, string> } | { problem: string }>,
  ): Promise<Outcome> {
    const outcome: Outcome = { done: [], failed: [], problem: '' };
    for (let at = 0; at < items.length; at += MOST) {
      const batch = items.slice(at, at + MOST);
      const answer = await send(batch.map(({ id }) => id));
      for (const item of batch) {
        const problem = 'problem' in answer ? answer.problem : answer.errors.get(item.id);
        if (problem === undefined) outcome.done.push(item);
        else {
          outcome.failed.push(item);
          outcome.problem ||= problem;
        }
      }
    }
    return outcome;
  }
  type Results = readonly { id: string; error?: { message: string } | null }[] | undefined;
  const errorsOf = (results: Results) => ({
    errors: new Map(results?.flatMap(({ id, error }) => (error ? [[id, error.message] as const] : []))),
  });

  async function putBack(items: readonly Decided[]): Promise<void> {
    lastUndo.current = null;
    for (const { id } of items) {
      const { error } = await reopen({ input: { id } });
      if (error) return toast({ title: 'Not taken back', text: errorText(error), stays: true });
    }
    const acknowledged = items.filter(({ status }) => status === 'ACKNOWLEDGED').map(({ id }) => id);
    if (acknowledged.length > 0) await acknowledge({ input: { ids: acknowledged } });
  }
  function finish(outcome: Outcome, verb: string): Outcome {
    const { done } = outcome;
    tell(outcome, verb);
    const open = done.filter(({ status }) => status === 'OPEN' || status === 'ACKNOWLEDGED');
    if (open.length > 0 && open.length <= MOST_UNDONE) {
      const run = () => void putBack(open);
      lastUndo.current = run;
      // Where some failed the page says so already.
      if (outcome.failed.length === 0) toast({ title: `${plural(done.length, 'violation')} ${verb}`, action: { label: 'Undo', run } });
    }
    return outcome;
  }

  return {
    acknowledge: async (items: readonly Decided[]) =>
      finish(
        await inBatches(items, async (ids) => {
          const { data, error } = await acknowledge({ input: { ids } });
          return error ? { problem: errorText(error) } : errorsOf(data?.acknowledgeViolations?.results);
        }),
        'acknowledged',
      ),
    waive: async (items: readonly Decided[], waiver: Waiver) =>
      finish(
        await inBatches(items, async (ids) => {
          const { data, error } = await waive({ input: { ids, ...waiver } });
          return error ? { problem: errorText(error) } : errorsOf(data?.waiveViolations?.results);
        }),
        'waived',
      ),
    reopen: async (item: Decided) => {
      const { error } = await reopen({ input: { id: item.id } });
      tell(error ? { done: [], failed: [item], problem: errorText(error) } : { done: [item], failed: [], problem: '' }, 'reopened');
    },
  };
}
