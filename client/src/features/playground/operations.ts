import { Kind, parse, type OperationTypeNode } from 'graphql';

export type Found = { name: string | undefined; kind: `${OperationTypeNode}` };

/** The operations of a text; null where it cannot be read. */
export function listOperations(text: string): Found[] | null {
  try {
    return parse(text, { noLocation: true }).definitions.flatMap((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION ? [{ name: definition.name?.value, kind: definition.operation }] : [],
    );
  } catch {
    return null; // being typed: the editor and the server say what is wrong
  }
}

/** Variables as they are typed: an object of JSON, or nothing. Throws an Error that says what is wrong. */
export function readVariables(text: string): Record<string, unknown> | undefined {
  if (text.trim() === '') return undefined;
  const value: unknown = JSON.parse(text);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new Error('They are an object: { "name": value }.');
  return value as Record<string, unknown>;
}
