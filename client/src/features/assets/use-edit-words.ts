'use client';
import { useClient } from 'urql';
import { toast } from '@/components/ui/toast';
import { graphql } from '@/gql';
import { describeError } from '@/lib/errors';
import { codeOf } from '@/lib/graphql/client';
import { authorOf, lastToChange } from './changed-by';
import { changedFields, conflictsOf, FIELDS, inputOf, wordsOf, type Words, type WordsField } from './edit-fields';
import type { Did } from './use-undo';

graphql(`
  fragment AssetWords on Asset {
    id
    version
    updatedAt
    deletedAt
    description
    tags
    owners {
      role
      user {
        id
        name
      }
      team {
        id
        name
      }
    }
    terms {
      id
      name
    }
    domain {
      id
      name
    }
  }
`);
const EDIT_WORDS = graphql(`
  mutation EditWords($input: UpdateAssetInput!) {
    updateAsset(input: $input) {
      asset {
        ...AssetWords
      }
    }
  }
`);
const EDIT_WORDS_CONFLICT = graphql(`
  query EditWordsConflict($id: ID!) {
    asset(id: $id) {
      ...AssetWords
      history(first: 20) {
        nodes {
          ...VersionAuthor
        }
      }
    }
  }
`);

export type WordsConflict = { fields: WordsField[]; theirs: Words; version: number; by: string | null; at: string | null };
export type Saved = { kind: 'saved' } | { kind: 'conflict'; conflict: WordsConflict } | { kind: 'failed'; text: string; field?: string };

/** So often somebody else may be quicker, without having changed the same. */
const MOST_TRIES = 4;

/** Saves what somebody changed of an asset's words since `base`. Others' changes of other words do not stand in the way. */
export function useEditWords(id: string, did: Did) {
  const client = useClient();
  const save = async (base: Words, mine: Words, version: number, { isUndo = false, tries = MOST_TRIES } = {}): Promise<Saved> => {
    const fields = changedFields(base, mine);
    if (fields.length === 0) return { kind: 'saved' };
    const { data, error } = await client.mutation(EDIT_WORDS, { input: { id, version, ...inputOf(mine, fields) } }).toPromise();
    const saved = data?.updateAsset?.asset;
    if (saved) {
      const labels = FIELDS.filter((field) => fields.includes(field.id)).map(({ label }) => label);
      // The inverse is of these fields only: what else becomes of the asset meanwhile stays.
      const undo = async () => {
        const undone = await save(mine, { ...mine, ...pick(base, fields) }, saved.version, { isUndo: true });
        if (undone.kind === 'conflict')
          toast({ title: 'Not undone', text: `${undone.conflict.by ?? 'Somebody'} changed the same meanwhile.`, stays: true });
        if (undone.kind === 'failed') toast({ title: 'Not undone', text: undone.text, stays: true });
      };
      if (!isUndo) did(`${labels.join(', ')} saved`, () => void undo());
      return { kind: 'saved' };
    }
    if (codeOf(error) !== 'CONFLICT' || tries === 0) {
      const told = error ? describeError(error, 'The server') : { title: 'Nothing was saved', text: '', field: undefined };
      return { kind: 'failed', text: `${told.title}. ${told.text}`, field: told.field };
    }
    const current = (await client.query(EDIT_WORDS_CONFLICT, { id }, { requestPolicy: 'network-only' }).toPromise()).data?.asset;
    if (!current || current.deletedAt) return { kind: 'failed', text: describeError(error!).text };
    const theirs = wordsOf(current);
    const conflicting = conflictsOf(base, theirs, mine);
    if (conflicting.length === 0) return save(base, mine, current.version, { isUndo, tries: tries - 1 });
    const paths = FIELDS.filter((field) => conflicting.includes(field.id)).map(({ path }) => path);
    const author = lastToChange(current.history.nodes, paths);
    return {
      kind: 'conflict',
      conflict: { fields: conflicting, theirs, version: current.version, by: author ? authorOf(author) : null, at: author?.at ?? null },
    };
  };
  return save;
}

export const pick = (words: Words, fields: readonly WordsField[]): Partial<Words> =>
  Object.fromEntries(fields.map((field) => [field, words[field]]));
