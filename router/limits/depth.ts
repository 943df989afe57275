import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import { TooMuch } from '#platform/errors.ts';
import { foldSelections, isMetaField } from './selections.ts';

const MAX_DEPTH = 20;

/** Levels of fields: `{ me { name } }` has two. Introspection counts nothing: its own query is deep. */
export function operationDepth(document: DocumentNode, operation: OperationDefinitionNode): number {
  return foldSelections<number>(document, operation, {
    field: (field, below) => (isMetaField(field) ? 0 : 1 + below),
    join: (parts) => Math.max(0, ...parts),
  });
}

export function checkDepth(document: DocumentNode, operation: OperationDefinitionNode): void {
  const depth = operationDepth(document, operation);
  if (depth > MAX_DEPTH) {
    throw new TooMuch('QUERY_TOO_DEEP', `This operation is ${depth} levels deep; ${MAX_DEPTH} are allowed.`, { depth, limit: MAX_DEPTH });
  }
}
