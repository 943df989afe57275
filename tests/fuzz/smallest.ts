/** The smallest operation that still fails: what can be left out is left out, piece by piece. */
import { Kind, parse, print, visit, type ASTNode, type DocumentNode, type FragmentDefinitionNode, type SelectionNode } from 'graphql';
import type { Operation } from './operations.ts';

const MOST_TRIES = 400;
/** Texts longer than this are tried with half of it. */
const LONG = 16;

/** Nodes that a document may lack; and so may a list its items. */
const OPTIONAL: readonly string[] = [Kind.FIELD, Kind.INLINE_FRAGMENT, Kind.ARGUMENT, Kind.DIRECTIVE, Kind.OBJECT_FIELD];

/** `fails` sends it again. The operation itself where it does not fail every time. */
export async function findSmallest(operation: Operation, fails: (operation: Operation) => Promise<boolean>): Promise<Operation> {
  let smallest = operation;
  let tries = 0;
  const attempt = async (candidate: Operation): Promise<boolean> => {
    if (sizeOf(candidate) >= sizeOf(smallest) || tries++ >= MOST_TRIES || !(await fails(candidate))) return false;
    smallest = candidate;
    return true;
  };
  if (!canParse(operation.query) || !(await fails(operation))) return operation;
  await attempt({ ...smallest, query: withoutFragments(smallest.query) });
  for (let before = Infinity; sizeOf(smallest) < before;) {
    before = sizeOf(smallest);
    // From the outside to the inside: what goes early takes much with it.
    for (let index = 0; ;) {
      const query = leaveOut(smallest.query, index);
      if (query === undefined) break;
      if (!(await attempt({ ...smallest, query }))) index++;
    }
    for (let improved = true; improved;) {
      improved = false;
      for (const variables of smallerThan(smallest.variables)) {
        improved = await attempt({ ...smallest, variables: variables as Record<string, unknown> });
        if (improved) break;
      }
    }
  }
  return smallest;
}

const sizeOf = ({ query, variables }: Operation): number => query.replaceAll(/\s+/g, ' ').length + JSON.stringify(variables).length;

function canParse(query: string): boolean {
  try {
    parse(query);
    return true;
  } catch {
    return false; // What is no GraphQL has no pieces.
  }
}

/** Each fragment's selections in its place. (There are no types here of which others are kinds.) */
function withoutFragments(query: string): string {
  const document = parse(query, { noLocation: true });
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of document.definitions) if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  const unwrap = (selection: SelectionNode): readonly SelectionNode[] => {
    if (selection.kind === Kind.FIELD || (selection.directives ?? []).length > 0) return [selection];
    const { selectionSet } = selection.kind === Kind.INLINE_FRAGMENT ? selection : (fragments.get(selection.name.value) ?? {});
    return selectionSet?.selections.flatMap(unwrap) ?? [selection];
  };
  const flat = visit(document, { SelectionSet: (node) => ({ ...node, selections: node.selections.flatMap(unwrap) }) });
  return print(withoutUnused(flat));
}

/** Undefined when there are no more pieces. What nobody uses any more goes, too. */
function leaveOut(query: string, which: number): string | undefined {
  let count = 0;
  const without = visit(parse(query, { noLocation: true }), {
    enter(node: ASTNode, _key, _parent, _path, ancestors) {
      const above = ancestors.at(-1) as ASTNode | undefined;
      const isOptional = OPTIONAL.includes(node.kind) || above?.kind === Kind.LIST;
      return isOptional && count++ === which ? null : undefined;
    },
    leave(node: ASTNode) {
      if (node.kind !== Kind.SELECTION_SET || node.selections.length > 0) return undefined;
      return { ...node, selections: [{ kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }] };
    },
  }) as DocumentNode;
  return count > which ? print(withoutUnused(without)) : undefined;
}

function withoutUnused(document: DocumentNode): DocumentNode {
  const used = new Set<string>();
  visit(document, {
    enter(node: ASTNode) {
      if (node.kind === Kind.VARIABLE_DEFINITION) return false;
      if (node.kind === Kind.FRAGMENT_SPREAD) used.add(node.name.value);
      if (node.kind === Kind.VARIABLE) used.add(`$${node.name.value}`);
      return undefined;
    },
  });
  const without = visit(document, {
    enter(node: ASTNode) {
      if (node.kind === Kind.FRAGMENT_DEFINITION && !used.has(node.name.value)) return null;
      if (node.kind === Kind.VARIABLE_DEFINITION && !used.has(`$${node.variable.name.value}`)) return null;
      return undefined;
    },
  }) as DocumentNode;
  return without.definitions.length < document.definitions.length ? withoutUnused(without) : without;
}

/** Each value of JSON with one member or item less, or with a shorter text in one place. */
function* smallerThan(value: unknown): Generator<unknown> {
  if (typeof value === 'string' && value.length > LONG) yield value.slice(0, value.length / 2);
  if (Array.isArray(value)) {
    for (const index of value.keys()) {
      yield value.toSpliced(index, 1);
      for (const smaller of smallerThan(value[index])) yield value.with(index, smaller);
    }
  } else if (value !== null && typeof value === 'object') {
    for (const [name, each] of Object.entries(value)) {
      const { [name]: _, ...rest } = value as Record<string, unknown>;
      yield rest;
      for (const smaller of smallerThan(each)) yield { ...value, [name]: smaller };
    }
  }
}
