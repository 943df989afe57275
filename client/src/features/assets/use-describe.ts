'use client';
import { useState } from 'react';
import { useClient } from 'urql';
import { graphql } from '@/gql';
import { errorText } from '@/lib/errors';
import { tellNotUndone, type Did } from './use-undo';

const DESCRIBE = graphql(`
  mutation Describe($input: UpdateColumnsInput!) {
    updateColumns(input: $input) {
      results {
        id
        error {
          code
          message
        }
        column {
          id
          version
          description
          updatedAt
          asset {
            id
            version
          }
        }
      }
    }
  }
`);
export type Described = { id: string; name: string; version: number; description?: string | null };
export type Outcome = { id: string; error: string | null; isConflict?: boolean };
export type DescribeConflict = {
  column: Described;
  text: string;
  theirs: string;
  by: string | null;
  at: string | null;
  /** It was typed into the list. */
  isInPlace: boolean;
};
export type DescribeOptions = { isUndo?: boolean; base?: string; isInPlace?: boolean };

export const wordsOf = (text: string | null | undefined): string => text ?? '';
const MOST_AT_ONCE = 200;

/** Writes descriptions of an asset's columns, so that each can be taken back. What somebody else saved first comes as a conflict. */
export function useDescribe(assetId: string, did: Did) {
  const client = useClient();
  const [conflict, setConflict] = useState<DescribeConflict | null>(null);

  /** As many as there are, and no word about it. */
  const send = async (columns: readonly Described[], text: string) => {
    const outcomes: (Outcome & { code?: string; version?: number })[] = [];
    for (let at = 0; at < columns.length; at += MOST_AT_ONCE) {
      const items = columns.slice(at, at + MOST_AT_ONCE).map(({ id, version }) => ({ id, version, description: text.trim() || null }));
      const { data, error } = await client.mutation(DESCRIBE, { input: { items } }).toPromise();
      const results = data?.updateColumns?.results;
      outcomes.push(
        ...items.map(({ id }) => {
          const result = results?.find((each) => each.id === id);
          if (!result) return { id, error: error ? errorText(error) : 'Nothing was saved.' };
          return { id, error: result.error?.message ?? null, code: result.error?.code, version: result.column?.version };
        }),
      );
    }
    return outcomes;
  };

  /** Says what became of it, or shows the conflict. `theirs` of before are put back by the undo. */
  const one = async (
    column: Described,
    text: string,
    { isUndo = false, isInPlace = true, base = wordsOf(column.description) }: DescribeOptions = {},
  ): Promise<Outcome> => {
    const [outcome] = await send([column], text);
    if (outcome!.code === 'CONFLICT') {
      // Seldom: its script comes then.
      const { readTheirs } = await import('./describe-conflict');
      const theirs = await readTheirs(client, column, assetId);
      if (!theirs) return { id: column.id, error: outcome!.error };
      const current = { ...column, ...theirs.column };
      // A scan or a decision about a label changed the column, but not this text.
      if (wordsOf(current.description) === base) return one(current, text, { isUndo, isInPlace, base });
      setConflict({ column: current, text, theirs: wordsOf(current.description), by: theirs.by, at: theirs.at, isInPlace });
      return { ...outcome!, isConflict: true };
    }
    if (!outcome!.error && !isUndo) {
      const saved = { ...column, version: outcome!.version ?? column.version + 1, description: text };
      did(`Description of ${column.name} saved`, () => void one(saved, base, { isUndo: true }).then((undone) => tellNotUndone([undone])));
    }
    return outcome!;
  };

  return { describe: one, send, conflict, closeConflict: () => setConflict(null) };
}

export type Send = ReturnType<typeof useDescribe>['send'];
