'use client';
import { useClient, useMutation, type CombinedError } from 'urql';
import { graphql } from '@/gql';
import { codeOf } from '@/lib/graphql/client';
import { inputOf, type PolicyForm, type Stored } from './editor-form';
import { POLICY_EVENTS } from './policy-fields';

const CREATE_POLICY = graphql(`
  mutation CreatePolicy($input: CreatePolicyInput!) {
    createPolicy(input: $input) {
      cursor
      policy {
        ...PolicyFields
      }
    }
  }
`);
const UPDATE_POLICY = graphql(`
  mutation UpdatePolicy($input: UpdatePolicyInput!) {
    updatePolicy(input: $input) {
      cursor
      policy {
        ...PolicyFields
      }
    }
  }
`);
const PUBLISH_POLICY = graphql(`
  mutation PublishPolicy($input: PublishPolicyInput!) {
    publishPolicy(input: $input) {
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
const POLICY_CONFLICT = graphql(`
  query PolicyConflict($id: ID!, $types: [String!]) {
    policy(id: $id) {
      ...PolicyFields
    }
    events(first: 1, subject: $id, types: $types, direction: DESC) {
      nodes {
        id
        time
        actor {
          id
          name
        }
      }
    }
  }
`);

/** Somebody else's version, and who made it when. */
export type Theirs = { policy: Stored; by: string | null; at: string | null };
export type Saved = { policy: Stored; error?: undefined } | { policy?: undefined; error: CombinedError };

export function useSavePolicy() {
  const client = useClient();
  const [, create] = useMutation(CREATE_POLICY);
  const [, update] = useMutation(UPDATE_POLICY);
  const [, publish] = useMutation(PUBLISH_POLICY);
  const saved = (policy: Stored | null | undefined, error: CombinedError | undefined): Saved =>
    policy ? { policy } : { error: error ?? (new Error('The server gave no answer.') as CombinedError) };

  return {
    /** A new one where there is no `at`. */
    async save(form: PolicyForm, at: { id: string; version: number } | null): Promise<Saved> {
      const input = inputOf(form);
      if (!at) {
        const { data, error } = await create({ input: { ...input, ruleType: form.ruleType } });
        return saved(data?.createPolicy?.policy, error);
      }
      const { data, error } = await update({ input: { ...input, ...at } });
      return saved(data?.updatePolicy?.policy, error);
    },
    async publish(at: { id: string; version: number }): Promise<Saved> {
      const { data, error } = await publish({ input: at });
      return saved(data?.publishPolicy?.policy, error);
    },
    async theirs(id: string): Promise<Theirs | null> {
      const { data } = await client.query(POLICY_CONFLICT, { id, types: POLICY_EVENTS }, { requestPolicy: 'network-only' });
      if (!data?.policy) return null;
      const last = data.events?.nodes[0];
      return { policy: data.policy, by: last?.actor?.name ?? null, at: last?.time ?? null };
    },
  };
}

export const isConflict = (error: CombinedError): boolean => codeOf(error) === 'CONFLICT';
