'use client';
import { useState } from 'react';
import { useQuery } from 'urql';
import { Button } from '@/components/ui/button';
import { Checkbox } from '@/components/ui/field';
import { Name } from '@/components/ui/name';
import { SkeletonRows } from '@/components/ui/skeleton';
import { ErrorPanel } from '@/components/ui/states';
import { graphql } from '@/gql';
import { formatConfidence, formatCount, plural } from '@/lib/format';
import type { Outcome } from './use-describe';
import type { Decide } from './use-decide';

const SIMILAR_SUGGESTIONS = graphql(`
  query SimilarSuggestions($label: String!, $sourceId: ID!) {
    columns(filter: { labels: [$label], labelStates: [SUGGESTED], sourceIds: [$sourceId] }, first: 200) {
      totalCount
      nodes {
        id
        name
        asset {
          id
          name
          displayName
        }
        ...ColumnLabels
      }
    }
  }
`);

/** Of a source; 0 without one. */
export function useSimilarCount(label: string, sourceId: string | undefined): number {
  const [{ data }] = useQuery({ query: SIMILAR_SUGGESTIONS, variables: { label, sourceId: sourceId ?? '' }, pause: !sourceId });
  return data?.columns?.totalCount ?? 0;
}

type Props = { label: string; sourceId?: string; decide: Decide; onClose: () => void };

/** The same suggestion all over the source, to be decided at once: those that are checked. */
export function SimilarSuggestions({ label, sourceId = '', decide, onClose }: Props) {
  const [{ data, error }] = useQuery({ query: SIMILAR_SUGGESTIONS, variables: { label, sourceId } });
  const [without, setWithout] = useState<ReadonlySet<string>>(new Set());
  const [failed, setFailed] = useState<readonly Outcome[]>([]);
  const [isBusy, setBusy] = useState(false);
  if (error) return <ErrorPanel error={error} subject="This list" />;
  const columns = data?.columns;
  if (!columns) return <SkeletonRows rows={4} />;
  const chosen = columns.nodes.filter(({ id }) => !without.has(id));
  const run = (state: 'CONFIRMED' | 'REJECTED') => {
    setBusy(true);
    void decide(
      chosen.map(({ id, name, labels }) => ({
        columnId: id,
        column: name,
        label,
        state,
        before: labels?.find((each) => each.label.name === label)?.state,
      })),
    ).then((outcomes) => {
      const bad = outcomes.filter((outcome) => outcome.error);
      setBusy(false);
      setFailed(bad);
      if (bad.length === 0) onClose();
    });
  };
  return (
    <div className="flex flex-col gap-2">
      <p className="font-medium">
        {plural(columns.totalCount ?? columns.nodes.length, 'suggestion')} of {label} in this source
        {(columns.totalCount ?? 0) > columns.nodes.length && (
          <span className="block font-normal text-fg-2">The first {formatCount(columns.nodes.length)} of them are listed.</span>
        )}
      </p>
      <ul className="max-h-60 overflow-y-auto">
        {columns.nodes.map(({ id, name, asset, labels }) => (
          <li key={id}>
            <Checkbox
              checked={!without.has(id)}
              onChange={() => {
                const next = new Set(without);
                if (!next.delete(id)) next.add(id);
                setWithout(next);
              }}
              label={
                <>
                  <Name name={`${asset.displayName}.${name}`} title={`${asset.name}.${name}`} />
                  <span className="text-fg-3">{formatConfidence(labels?.find((each) => each.label.name === label)?.confidence ?? 0)}</span>
                </>
              }
            />
          </li>
        ))}
      </ul>
      {failed.length > 0 && (
        <p role="alert" className="text-small text-error-text">
          {formatCount(failed.length)} not: {failed[0]!.error}
        </p>
      )}
      <div className="flex gap-2">
        <Button variant="primary" busy={isBusy} disabled={chosen.length === 0} onClick={() => run('CONFIRMED')}>
          Confirm {formatCount(chosen.length)}
        </Button>
        <Button disabled={chosen.length === 0} onClick={() => run('REJECTED')}>
          Reject {formatCount(chosen.length)}
        </Button>
        <Button variant="quiet" className="ml-auto" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </div>
  );
}
