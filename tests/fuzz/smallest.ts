/** The smallest operation that still fails: what can be left out is left out, piece by piece. */
import { Kind, parse, print, visit, type ASTNode, type DocumentNode } from 'graphql';
import type { Operation } from './operations.ts';

const MOST_TRIES = 200;

/** Nodes that a document may lack. */
const OPTIONAL: readonly string[] = [
  Kind.FIELD,
  Kind.INLINE_FRAGMENT,
  Kind.FRAGMENT_SPREAD,
  Kind.ARGUMENT,
  Kind.DIRECTIVE,
  Kind.OBJECT_FIELD,
  Kind.VARIABLE_DEFINITION,
  Kind.FRAGMENT_DEFINITION,
];

/** `fails` sends it again. */
export async function findSmallest(operation: Operation, fails: (operation: Operation) => Promise<boolean>): Promise<Operation> {
  let document: DocumentNode;
  try {
    document = parse(operation.query);
  } catch {
    return operation; // What is no GraphQL has no pieces.
  }
  let tries = 0;
  let smallest = operation;
  const attempt = async (candidate: Operation): Promise<boolean> => {
    if (tries++ >= MOST_TRIES || !(await fails(candidate))) return false;
    smallest = candidate;
    return true;
  };
  if (!(await attempt(operation))) return operation; // It does not fail every time.
  // From the outside to the inside: what goes early takes much with it.
  for (let index = 0; index < countOptional(document) && tries < MOST_TRIES;) {
    const without = leaveOut(document, index);
    if (without && (await attempt({ ...smallest, query: print(without) }))) document = without;
    else index++;
  }
  for (const [name, value] of Object.entries(smallest.variables)) {
    const { [name]: _, ...rest } = smallest.variables;
    if (await attempt({ ...smallest, variables: rest })) continue;
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      for (const key of Object.keys(value)) {
        const { [key]: __, ...less } = smallest.variables[name] as Record<string, unknown>;
        await attempt({ ...smallest, variables: { ...smallest.variables, [name]: less } });
      }
    }
  }
  return smallest;
}

function countOptional(document: DocumentNode): number {
  let count = 0;
  visit(document, { enter: (node: ASTNode) => void (OPTIONAL.includes(node.kind) && count++) });
  return count;
}

/** Undefined where nothing would be left of a selection. What nobody uses any more goes, too. */
function leaveOut(document: DocumentNode, which: number): DocumentNode | undefined {
  let index = 0;
  let isEmpty = false;
  let without = visit(document, {
    enter(node: ASTNode) {
      if (OPTIONAL.includes(node.kind) && index++ === which) return null;
      return undefined;
    },
    leave(node: ASTNode) {
      if (node.kind === Kind.SELECTION_SET && node.selections.length === 0) isEmpty = true;
      return undefined;
    },
  }) as DocumentNode;
  if (isEmpty) return undefined;
  for (let before = -1; before !== without.definitions.length;) {
    before = without.definitions.length;
    without = withoutUnused(without);
  }
  return without;
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
  return visit(document, {
    enter(node: ASTNode) {
      if (node.kind === Kind.FRAGMENT_DEFINITION && !used.has(node.name.value)) return null;
      if (node.kind === Kind.VARIABLE_DEFINITION && !used.has(`$${node.variable.name.value}`)) return null;
      return undefined;
    },
  }) as DocumentNode;
}
