'use client';
import { useSearchParams } from 'next/navigation';
import { useQuery } from 'urql';
import { Page } from '@/components/page';
import { SkeletonRows } from '@/components/ui/skeleton';
import { ErrorPanel, NotFound } from '@/components/ui/states';
import { graphql } from '@/gql';
import { useViewer } from '@/lib/viewer';
import { Editor } from './editor';

const POLICY_EDITOR = graphql(`
  query PolicyEditor($id: ID!, $isNew: Boolean!) {
    ruleTypes {
      name
      description
      paramsSchema
    }
    labels {
      id
      name
    }
    policy(id: $id) @skip(if: $isNew) {
      ...PolicyFields
    }
  }
`);

/** `id` null: a new policy, of the rule type that the address may name. */
export function PolicyEditor({ id }: { id: string | null }) {
  const rule = useSearchParams().get('rule');
  const { mayStewardAll } = useViewer();
  const [{ data, error, fetching }, ask] = useQuery({
    query: POLICY_EDITOR,
    variables: { id: id ?? '', isNew: id === null },
    pause: !mayStewardAll,
  });
  const ruleTypes = data?.ruleTypes;
  if (ruleTypes && (id === null || data.policy)) {
    return (
      <Editor
        key={id}
        policy={data.policy ?? null}
        ruleTypes={ruleTypes}
        labels={data.labels?.map(({ name }) => name) ?? null}
        startWith={rule}
      />
    );
  }
  return (
    <Page title={id === null ? 'New policy' : 'Edit policy'} crumbs={[{ label: 'Policies', href: '/policies' }]}>
      {!mayStewardAll ? (
        <NotFound thing="page" />
      ) : error ? (
        <ErrorPanel error={error} subject="The editor" onRetry={() => ask({ requestPolicy: 'network-only' })} />
      ) : fetching ? (
        <SkeletonRows rows={6} />
      ) : (
        <NotFound thing="policy" />
      )}
    </Page>
  );
}
