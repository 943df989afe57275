/** An operation in two: what it asks of the schema itself, which the gateway does not know as a whole, and what it asks of the graph. */
import {
  Kind,
  separateOperations,
  type DocumentNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { fragmentsOf, rootFields } from './limits/selections.ts';

export type SplitOperation = {
  /** Response keys in the order of the answer. */
  keys: string[];
  /** Undefined when nothing of it is asked for. */
  introspection: DocumentNode | undefined;
  rest: DocumentNode | undefined;
};

const INTROSPECTION = new Set(['__schema', '__type']);

export const operationOf = (document: DocumentNode): OperationDefinitionNode =>
  document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION)!;

/** Of a valid document. What other operations of it use is left out of both: a subscription's fragments are on types that the gateway does not have. */
export function splitOperation(document: DocumentNode, operation: OperationDefinitionNode): SplitOperation {
  const own = separateOperations(document)[operation.name?.value ?? '']!;
  const fields = rootFields(own, operation);
  const asksSchema = fields.some(({ name }) => INTROSPECTION.has(name.value));
  const asksGraph = fields.some(({ name }) => !INTROSPECTION.has(name.value) && name.value !== '__typename');
  const keys = [...new Set(fields.map(({ alias, name }) => (alias ?? name).value))];
  if (!asksSchema || !asksGraph) return { keys, introspection: asksGraph ? undefined : own, rest: asksGraph ? own : undefined };
  return {
    keys,
    introspection: selecting(own, (name) => INTROSPECTION.has(name)),
    rest: selecting(own, (name) => !INTROSPECTION.has(name)),
  };
}

/** A document of one operation with some of its root fields only. */
function selecting(document: DocumentNode, isWanted: (field: string) => boolean): DocumentNode {
  const fragments = fragmentsOf(document);
  const seen = new Map<string, SelectionSetNode | undefined>();
  const ofFragment = (name: string): SelectionSetNode | undefined => {
    if (!seen.has(name)) seen.set(name, select(fragments.get(name)!.selectionSet));
    return seen.get(name);
  };
  /** Undefined when nothing is left. */
  function select({ selections, ...node }: SelectionSetNode): SelectionSetNode | undefined {
    const left = selections.flatMap((selection): SelectionNode[] => {
      if (selection.kind === Kind.FIELD) return isWanted(selection.name.value) ? [selection] : [];
      if (selection.kind === Kind.FRAGMENT_SPREAD) return ofFragment(selection.name.value) ? [selection] : [];
      const selectionSet = select(selection.selectionSet);
      return selectionSet ? [{ ...selection, selectionSet }] : [];
    });
    return left.length > 0 ? { ...node, selections: left } : undefined;
  }
  const { name, ...operation } = operationOf(document);
  const selected = { ...operation, ...(name && { name }), selectionSet: select(operation.selectionSet)! };
  const definitions = document.definitions.map((definition) => {
    if (definition.kind === Kind.OPERATION_DEFINITION) return selected;
    const selectionSet = definition.kind === Kind.FRAGMENT_DEFINITION && seen.get(definition.name.value);
    return selectionSet ? { ...definition, selectionSet } : definition;
  });
  return separateOperations({ ...document, definitions })[name?.value ?? '']!;
}
