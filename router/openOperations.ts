/** The operations that are open to callers who are not signed in. */
import { Kind, OperationTypeNode, parse, type DocumentNode } from 'graphql';
import { rootFields } from './limits/selections.ts';
import { MAX_TOKENS } from './limits/tokens.ts';

const OPEN_MUTATIONS = new Set(['signIn', 'refreshSession']);

/**
 * True when the body is one operation of which every root field is open. Looked at before validation, so that a
 * caller who is not signed in learns nothing of the schema from its messages.
 */
export function isOpenOperation(query: unknown): boolean {
  if (typeof query !== 'string') return false;
  let document: DocumentNode;
  try {
    document = parse(query, { noLocation: true, maxTokens: MAX_TOKENS });
  } catch {
    return true; // a syntax error is answered as such and tells nothing
  }
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const [operation] = operations;
  if (operations.length !== 1 || operation?.operation !== OperationTypeNode.MUTATION) return false;
  const fields = rootFields(document, operation);
  return fields.length > 0 && fields.every((field) => OPEN_MUTATIONS.has(field.name.value));
}
