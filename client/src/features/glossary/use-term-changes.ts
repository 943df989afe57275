'use client';
import { useClient, useMutation, type CombinedError } from 'urql';
import type { NodeForm, TheirNode } from '@/components/vocabulary/node-sheet';
import { graphql } from '@/gql';

const CREATE = graphql(`
  mutation CreateGlossaryTerm($input: CreateGlossaryTermInput!) {
    createGlossaryTerm(input: $input) {
      cursor
      term {
        ...GlossaryTermFields
      }
    }
  }
`);
const UPDATE = graphql(`
  mutation UpdateGlossaryTerm($input: UpdateGlossaryTermInput!) {
    updateGlossaryTerm(input: $input) {
      cursor
      term {
        ...GlossaryTermFields
      }
    }
  }
`);
const REMOVE = graphql(`
  mutation RemoveGlossaryTerm($input: RemoveGlossaryTermInput!) {
    removeGlossaryTerm(input: $input) {
      cursor
    }
  }
`);
const THEIRS = graphql(`
  query GlossaryTermTheirs($id: ID!, $types: [String!]) {
    glossaryTerm(id: $id) {
      ...GlossaryTermFields
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

export const GLOSSARY_EVENTS = ['term.created', 'term.updated', 'term.removed'];

type At = { id: string; version: number };

/** What a steward of everything does to terms. Each gives the error, or undefined where it is done. */
export function useGlossaryTermChanges() {
  const client = useClient();
  const [, create] = useMutation(CREATE);
  const [, update] = useMutation(UPDATE);
  const [, remove] = useMutation(REMOVE);
  return {
    async save({ name, text, parentId }: NodeForm, at: At | null): Promise<{ id?: string; error?: CombinedError }> {
      const input = { name, parentId, definition: text };
      if (at) {
        const { data, error } = await update({ input: { ...at, ...input } });
        return { id: data?.updateGlossaryTerm?.term?.id, error };
      }
      const { data, error } = await create({ input });
      return { id: data?.createGlossaryTerm?.term?.id, error };
    },
    move: async (at: At, parentId: string | null): Promise<CombinedError | undefined> =>
      (await update({ input: { ...at, parentId } })).error,
    remove: async (id: string): Promise<CombinedError | undefined> => (await remove({ input: { id } })).error,
    async theirs(id: string): Promise<TheirNode | null> {
      const { data } = await client.query(THEIRS, { id, types: GLOSSARY_EVENTS }, { requestPolicy: 'network-only' });
      const found = data?.glossaryTerm;
      if (!found) return null;
      const last = data.events?.nodes[0];
      return {
        form: { name: found.name, text: found.definition, parentId: found.parent?.id ?? null },
        version: found.version,
        by: last?.actor?.name ?? null,
        at: last?.time ?? null,
      };
    },
  };
}
