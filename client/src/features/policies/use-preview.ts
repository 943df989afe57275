'use client';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useClient, useQuery, type CombinedError } from 'urql';
import { graphql } from '@/gql';
import type { PolicyPreviewQuery } from '@/gql/graphql';
import { canonical, type PolicyForm } from './editor-form';

const POLICY_PREVIEW = graphql(`
  query PolicyPreview($input: PreviewPolicyInput!, $first: Int) {
    previewPolicy(input: $input) {
      checked
      violating
      sample(first: $first) {
        assetId
        message
        asset {
          id
          name
          displayName
          kind
        }
        column {
          id
          name
          labels {
            id
            state
            confidence
            label {
              id
              name
            }
          }
        }
      }
    }
  }
`);
const POLICY_PREVIEW_OPEN = graphql(`
  query PolicyPreviewOpen($id: ID!, $assetIds: [ID!]) {
    policy(id: $id) {
      id
      open: violations(first: 1, filter: { statuses: [OPEN, ACKNOWLEDGED] }) {
        totalCount
      }
      known: violations(first: 200, filter: { statuses: [OPEN, ACKNOWLEDGED, WAIVED], assetIds: $assetIds }) {
        nodes {
          id
          assetId
          status
          column {
            id
          }
        }
        pageInfo {
          hasNextPage
        }
      }
    }
  }
`);

const AFTER_MS = 600;
export const SAMPLE = 50;
export const MOST_SAMPLE = 200;

type Asked = { ruleType: string; params: unknown; scope: unknown };
export type Result = NonNullable<PolicyPreviewQuery['previewPolicy']>;
/** The last answer, and whether what is on the page has changed since, or is being asked for. */
export type Preview = {
  result: Result | null;
  error: CombinedError | null;
  at: Date | null;
  isOld: boolean;
  isRunning: boolean;
  run: () => void;
  showAll: () => void;
};

/** What a draft would find. Asked when the form rests; of two questions only the newer one is answered. */
export function usePreview(form: PolicyForm | null): Preview {
  const client = useClient();
  const [first, setFirst] = useState(SAMPLE);
  const [answer, setAnswer] = useState<{ key: string; at: Date; result: Result | null; error: CombinedError | null } | null>(null);
  const [running, setRunning] = useState<string | null>(null);
  const pending = useRef<{ unsubscribe: () => void } | null>(null);
  const asked: Asked | null = form && { ruleType: form.ruleType, params: form.params, scope: form.scope };
  const key = asked && canonical({ ...asked, first });

  const ask = useCallback(
    (wanted: string) => {
      pending.current?.unsubscribe();
      const { first: count, ...input } = JSON.parse(wanted) as Asked & { first: number };
      setRunning(wanted);
      pending.current = client
        .query(POLICY_PREVIEW, { input, first: count }, { requestPolicy: 'network-only' })
        .subscribe(({ data, error }) => {
          setRunning(null);
          setAnswer((before) => ({
            key: wanted,
            at: new Date(),
            // What was found before stays while the answer fails.
            result: data?.previewPolicy ?? (error ? (before?.result ?? null) : null),
            error: error ?? null,
          }));
        });
    },
    [client],
  );
  useEffect(() => {
    if (key === null) return;
    const timer = setTimeout(() => ask(key), AFTER_MS);
    return () => clearTimeout(timer);
  }, [key, ask]);
  useEffect(() => () => pending.current?.unsubscribe(), []);

  return {
    result: answer?.result ?? null,
    error: answer?.error ?? null,
    at: answer?.at ?? null,
    isOld: key !== answer?.key,
    isRunning: running !== null,
    run: () => key && ask(key),
    showAll: () => setFirst(MOST_SAMPLE),
  };
}

/** Of a policy in force: how much it finds now, and what of a sample it knows already. */
export function useKnown(policyId: string | null, result: Result | null) {
  const assetIds = [...new Set(result?.sample.map(({ assetId }) => assetId))].toSorted();
  const [{ data }] = useQuery({ query: POLICY_PREVIEW_OPEN, variables: { id: policyId ?? '', assetIds }, pause: !policyId || !result });
  const known = data?.policy?.known;
  const states = new Map(known?.nodes.map(({ assetId, column, status }) => [`${assetId} ${column?.id ?? ''}`, status]));
  return {
    open: data?.policy?.open.totalCount ?? null,
    /** Undefined where it is not known yet, or there are too many to tell. */
    stateOf: ({ assetId, column }: Result['sample'][number]) =>
      known ? (states.get(`${assetId} ${column?.id ?? ''}`) ?? (known.pageInfo.hasNextPage ? undefined : 'NEW')) : undefined,
  };
}
