'use client';
import { useClient, useMutation, type CombinedError } from 'urql';
import type { NodeForm, TheirNode } from '@/components/vocabulary/node-sheet';
import { graphql } from '@/gql';

const CREATE = graphql(`
  mutation CreateDomain($input: CreateDomainInput!) {
    createDomain(input: $input) {
      cursor
      domain {
        ...DomainFields
      }
    }
  }
`);
const UPDATE = graphql(`
  mutation UpdateDomain($input: UpdateDomainInput!) {
    updateDomain(input: $input) {
      cursor
      domain {
        ...DomainFields
      }
    }
  }
`);
const REMOVE = graphql(`
  mutation RemoveDomain($input: RemoveDomainInput!) {
    removeDomain(input: $input) {
      cursor
    }
  }
`);
const THEIRS = graphql(`
  query DomainTheirs($id: ID!, $types: [String!]) {
    domain(id: $id) {
      ...DomainFields
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

export const DOMAINS_EVENTS = ['domain.created', 'domain.updated', 'domain.removed'];

type At = { id: string; version: number };

/** What a steward of everything does to domains. Each gives the error, or undefined where it is done. */
export function useDomainChanges() {
  const client = useClient();
  const [, create] = useMutation(CREATE);
  const [, update] = useMutation(UPDATE);
  const [, remove] = useMutation(REMOVE);
  return {
    async save({ name, text, parentId }: NodeForm, at: At | null): Promise<{ id?: string; error?: CombinedError }> {
      const input = { name, parentId, description: text.trim() === '' ? null : text };
      if (at) {
        const { data, error } = await update({ input: { ...at, ...input } });
        return { id: data?.updateDomain?.domain?.id, error };
      }
      const { data, error } = await create({ input });
      return { id: data?.createDomain?.domain?.id, error };
    },
    move: async (at: At, parentId: string | null): Promise<CombinedError | undefined> =>
      (await update({ input: { ...at, parentId } })).error,
    remove: async (id: string): Promise<CombinedError | undefined> => (await remove({ input: { id } })).error,
    async theirs(id: string): Promise<TheirNode | null> {
      const { data } = await client.query(THEIRS, { id, types: DOMAINS_EVENTS }, { requestPolicy: 'network-only' });
      const found = data?.domain;
      if (!found) return null;
      const last = data.events?.nodes[0];
      return {
        form: { name: found.name, text: found.description ?? '', parentId: found.parent?.id ?? null },
        version: found.version,
        by: last?.actor?.name ?? null,
        at: last?.time ?? null,
      };
    },
  };
}
