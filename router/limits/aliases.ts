import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import { TooMuch } from '#platform/errors.ts';
import { foldSelections } from './selections.ts';

const MAX_ALIASES = 500;

/** Aliased fields with every fragment in its places: one field under many aliases is resolved as often. */
export function countAliases(document: DocumentNode, operation: OperationDefinitionNode): number {
  return foldSelections<number>(document, operation, {
    field: (field, below) => (field.alias ? 1 : 0) + below,
    join: (parts) => parts.reduce((sum, part) => sum + part, 0),
  });
}

export function checkAliases(document: DocumentNode, operation: OperationDefinitionNode): void {
  const aliases = countAliases(document, operation);
  if (aliases > MAX_ALIASES) {
    throw new TooMuch('QUERY_TOO_COSTLY', `This operation has ${aliases} aliases; ${MAX_ALIASES} are allowed.`, {
      cost: aliases,
      limit: MAX_ALIASES,
      of: 'aliases',
    });
  }
}
