'use client';
import { useClient, useMutation, useQuery } from 'urql';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { toast } from '@/components/ui/toast';
import { graphql } from '@/gql';
import { errorText } from '@/lib/errors';
import { plural } from '@/lib/format';

const RETIRE_POLICY_COUNT = graphql(`
  query RetirePolicyCount($id: ID!) {
    policy(id: $id) {
      id
      version
      violations(first: 1, filter: { statuses: [OPEN, ACKNOWLEDGED, WAIVED] }) {
        totalCount
      }
    }
  }
`);
const RETIRE_POLICY = graphql(`
  mutation RetirePolicy($input: RetirePolicyInput!) {
    retirePolicy(input: $input) {
      cursor
      policy {
        ...PolicyFields
        evaluation {
          done
          total
          requestedAt
          startedAt
          finishedAt
        }
      }
    }
  }
`);

type Props = { policy: { id: string; name: string; version: number; draft?: unknown }; open: boolean; onClose: () => void };

/** Takes a policy out of force; what it found is resolved. */
export function RetirePolicy({ policy: { id, name, version, draft }, open, onClose }: Props) {
  const client = useClient();
  const [{ data }] = useQuery({ query: RETIRE_POLICY_COUNT, variables: { id }, pause: !open, requestPolicy: 'cache-and-network' });
  const [, retire] = useMutation(RETIRE_POLICY);
  const count = data?.policy?.violations.totalCount;
  const confirm = async () => {
    const { error } = await retire({ input: { id, version } });
    if (!error) return;
    toast({ title: `${name} is not retired`, text: errorText(error), stays: true });
    // What changed meanwhile is shown before it is tried again.
    await client.query(RETIRE_POLICY_COUNT, { id }, { requestPolicy: 'network-only' });
  };
  return (
    <ConfirmDialog open={open} title={`Retire “${name}”?`} action="Retire policy" onConfirm={confirm} onClose={onClose}>
      <p>
        {count == null
          ? 'Its violations are resolved.'
          : count === 0
            ? 'It has no violations to resolve.'
            : `Its ${plural(count, 'violation')} ${count === 1 ? 'is' : 'are'} resolved, ${count === 1 ? '' : 'all of them, '}also where acknowledged or waived.`}{' '}
        Assets are not checked by it any more. {draft ? 'Its draft stays. ' : ''}It can be published again.
      </p>
    </ConfirmDialog>
  );
}
