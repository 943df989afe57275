import { visit, type DocumentNode } from 'graphql';
import { TooMuch } from '#platform/errors.ts';

const MAX_NESTED_LISTS = 8;

/**
 * Lists within lists in the text of an operation. The gateway's planner walks each list twice, so every level doubles
 * its work: 30 levels in a JSON argument would hold the process for minutes. Variables are not walked.
 */
export function nestedLists(document: DocumentNode): number {
  let level = 0;
  let deepest = 0;
  visit(document, {
    ListValue: {
      enter: () => void (deepest = Math.max(deepest, ++level)),
      leave: () => void level--,
    },
  });
  return deepest;
}

export function checkLiterals(document: DocumentNode): void {
  const depth = nestedLists(document);
  if (depth <= MAX_NESTED_LISTS) return;
  throw new TooMuch(
    'QUERY_TOO_DEEP',
    `Lists in the text of this operation are nested ${depth} deep; ${MAX_NESTED_LISTS} are allowed. Give the value as a variable.`,
    { depth, limit: MAX_NESTED_LISTS },
  );
}
