'use client';
import { useId, useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '@/gql';
import { Button } from '@/components/ui/button';
import { CodeBlock } from '@/components/ui/code-block';
import { ErrorPanel } from '@/components/ui/states';
import type { Edge } from './graph';

/** At the moment at which the edge began it is one of those on the shortest way. */
const EDGE_QUERY = graphql(`
  query EdgeQuery($from: ID!, $to: ID!, $at: DateTime!) {
    paths(from: $from, to: $to, asOf: $at, maxLength: 1, limit: 1) {
      paths {
        length
        edges {
          from
          to
          origin
          validFrom
          query
        }
      }
    }
  }
`);

/** The SQL that says so, asked for when somebody wants to read it: each edge into a view brings all of it. */
export function EdgeQuery({ edge }: { edge: Edge }) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const [{ data, error, fetching }, ask] = useQuery({
    query: EDGE_QUERY,
    variables: { from: edge.from, to: edge.to, at: edge.validFrom },
    pause: !isOpen,
  });
  const found = data?.paths?.paths
    .flatMap(({ edges }) => edges)
    .find(({ origin, validFrom }) => origin === edge.origin && validFrom === edge.validFrom);
  return (
    <div className="mt-3" aria-busy={fetching}>
      <Button size="small" aria-expanded={isOpen} aria-controls={id} onClick={() => setOpen(!isOpen)}>
        {isOpen ? 'Hide the SQL' : 'Show the SQL'}
      </Button>
      <div id={id} hidden={!isOpen} className="mt-2">
        {found?.query ? (
          <CodeBlock code={found.query} language="sql" label="The SQL that says so" className="max-h-80 overflow-y-auto" />
        ) : error ? (
          <ErrorPanel error={error} subject="The SQL" onRetry={() => ask({ requestPolicy: 'network-only' })} className="p-0" />
        ) : (
          !fetching && data && <p className="text-small text-fg-3">There is no SQL behind this, or it can no longer be seen.</p>
        )}
      </div>
    </div>
  );
}
