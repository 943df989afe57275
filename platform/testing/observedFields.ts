/** Which fields of the contract the tests of a run select, and with what values: every asker of the tests tells it, and one test at the end asks. */
import { createHash } from 'node:crypto';
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getNamedType, isObjectType, Kind, parse, type FragmentDefinitionNode, type GraphQLSchema, type SelectionSetNode } from 'graphql';
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder of this run. */
    observations: string;
  }
}

/** `Type.field` and a hash of what it gave. */
const told = new Set<string>();
const ENOUGH = 2;
const counts = new Map<string, number>();

type TypeOf = (parent: string, field: string) => string | undefined;

/**
 * Notes what an operation gave: of the API, or of a subgraph by itself. Null, empty texts and lists are not noted: a field
 * that never gives anything else was not tested.
 */
export function observe(schema: GraphQLSchema, source: string, data: unknown): void {
  // Without data it may be no operation at all, but a test of how that is refused.
  if (data === null || typeof data !== 'object') return;
  const typeOf: TypeOf = (parent, field) => {
    const type = schema.getType(parent);
    const definition = isObjectType(type) ? type.getFields()[field] : undefined;
    return definition && getNamedType(definition.type).name;
  };
  const document = parse(source, { noLocation: true });
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const root = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' }[definition.operation];
    walk(typeOf, fragments, definition.selectionSet, root, data);
  }
}

function walk(
  typeOf: TypeOf,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  selectionSet: SelectionSetNode,
  type: string,
  data: object,
): void {
  for (const selection of selectionSet.selections) {
    if (selection.kind === Kind.INLINE_FRAGMENT) walk(typeOf, fragments, selection.selectionSet, type, data);
    else if (selection.kind === Kind.FRAGMENT_SPREAD)
      walk(typeOf, fragments, fragments.get(selection.name.value)!.selectionSet, type, data);
    else {
      const value = (data as Record<string, unknown>)[selection.alias?.value ?? selection.name.value];
      if (isEmpty(value)) continue;
      note(`${type}.${selection.name.value}`, value);
      const below = typeOf(type, selection.name.value);
      if (below && selection.selectionSet) {
        for (const item of [value].flat(3))
          if (item !== null && typeof item === 'object') walk(typeOf, fragments, selection.selectionSet, below, item);
      }
    }
  }
}

const isEmpty = (value: unknown): boolean => value == null || value === '' || (Array.isArray(value) && value.length === 0);

function note(field: string, value: unknown): void {
  const seen = counts.get(field) ?? 0;
  if (seen >= ENOUGH) return;
  const line = `${field} ${createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 16)}\n`;
  if (told.has(line)) return;
  told.add(line);
  counts.set(field, seen + 1);
  appendFileSync(join(inject('observations'), `${process.pid}.txt`), line);
}

/** How many different values each field has given so far, in the whole run. */
export function readObservations(): Map<string, number> {
  const folder = inject('observations');
  const lines = new Set(readdirSync(folder).flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n').filter(Boolean)));
  const values = new Map<string, number>();
  for (const line of lines) {
    const field = line.split(' ')[0]!;
    values.set(field, (values.get(field) ?? 0) + 1);
  }
  return values;
}
