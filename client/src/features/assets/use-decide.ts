'use client';
import { useClient } from 'urql';
import { graphql } from '@/gql';
import type { LabelState } from '@/gql/graphql';
import { errorText } from '@/lib/errors';
import type { Outcome } from './use-describe';
import { tellNotUndone, type Did } from './use-undo';

/** A label of a column, as the schema shows it. */
graphql(`
  fragment ColumnLabels on Column {
    id
    version
    labels {
      id
      state
      confidence
      evidence
      decidedBy {
        id
        name
      }
      label {
        id
        name
        description
        category
      }
    }
  }
`);
const DECIDE = graphql(`
  mutation Decide($input: SetColumnLabelsInput!) {
    setColumnLabels(input: $input) {
      results {
        id
        error {
          code
          message
        }
        column {
          ...ColumnLabels
          asset {
            id
            labels {
              id
              name
              description
            }
          }
        }
      }
    }
  }
`);

/** `before`: undefined where the column has not got the label yet. */
export type Decision = { columnId: string; column: string; label: string; state: LabelState; before?: LabelState };

const MOST_AT_ONCE = 200;
const WORDS: Record<LabelState, string> = { CONFIRMED: 'confirmed', REJECTED: 'rejected', SUGGESTED: 'undecided again' };

/** What people say of labels. An undo takes the decision back. */
export function useDecide(did: Did) {
  const client = useClient();
  const send = async (decisions: readonly Decision[]): Promise<Outcome[]> => {
    const outcomes: Outcome[] = [];
    for (let at = 0; at < decisions.length; at += MOST_AT_ONCE) {
      const part = decisions.slice(at, at + MOST_AT_ONCE);
      const items = part.map(({ columnId, label, state }) => ({ columnId, label, state }));
      const { data, error } = await client.mutation(DECIDE, { input: { items } }).toPromise();
      const results = data?.setColumnLabels?.results;
      outcomes.push(
        ...part.map(({ columnId }, index) => ({
          id: columnId,
          error: results ? (results[index]?.error?.message ?? null) : error ? errorText(error) : 'Nothing was saved.',
        })),
      );
    }
    return outcomes;
  };
  return async (decisions: readonly Decision[]): Promise<Outcome[]> => {
    const outcomes = await send(decisions);
    const done = decisions.filter((_, index) => !outcomes[index]!.error);
    if (done.length > 0) {
      const [first] = done;
      const what = done.length === 1 ? `${first!.label} of ${first!.column}` : `${done.length} labels`;
      did(
        `${what} ${WORDS[first!.state]}`,
        () => void send(done.map((each) => ({ ...each, state: each.before ?? 'SUGGESTED' }))).then(tellNotUndone),
      );
    }
    return outcomes;
  };
}

export type Decide = ReturnType<typeof useDecide>;
