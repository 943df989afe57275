/** Walking what an operation selects, with its fragments in place. Operations are validated before: fragments exist and have no cycles. */
import {
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

export function fragmentsOf(document: DocumentNode): Fragments {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  return fragments;
}

/** `__schema`, `__type`, `__typename`: about the schema, not about data. */
export const isMetaField = (field: FieldNode): boolean => field.name.value.startsWith('__');

/**
 * Folds a selection bottom-up. Each fragment is folded once, however often it is spread: spreads within spreads
 * would else double the work with every level.
 */
export function foldSelections<Result>(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  fold: { field: (field: FieldNode, below: Result) => Result; join: (parts: Result[]) => Result },
): Result {
  const fragments = fragmentsOf(document);
  const folded = new Map<string, Result>();
  const ofFragment = (name: string): Result => {
    let result = folded.get(name);
    if (result === undefined) {
      const fragment = fragments.get(name);
      result = fragment ? ofSelection(fragment.selectionSet) : fold.join([]);
      folded.set(name, result);
    }
    return result;
  };
  const ofSelection = (selectionSet: SelectionSetNode | undefined): Result =>
    fold.join(
      (selectionSet?.selections ?? []).map((selection) => {
        if (selection.kind === Kind.FIELD) return fold.field(selection, ofSelection(selection.selectionSet));
        if (selection.kind === Kind.INLINE_FRAGMENT) return ofSelection(selection.selectionSet);
        return ofFragment(selection.name.value);
      }),
    );
  return ofSelection(operation.selectionSet);
}

/** The fields at the root of an operation, those in fragments too. Safe for documents that were not validated. */
export function rootFields(document: DocumentNode, operation: OperationDefinitionNode): FieldNode[] {
  const fragments = fragmentsOf(document);
  const seen = new Set<string>();
  const collect = (selectionSet: SelectionSetNode): FieldNode[] =>
    selectionSet.selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return [selection];
      if (selection.kind === Kind.INLINE_FRAGMENT) return collect(selection.selectionSet);
      const fragment = fragments.get(selection.name.value);
      if (!fragment || seen.has(fragment.name.value)) return [];
      seen.add(fragment.name.value);
      return collect(fragment.selectionSet);
    });
  return collect(operation.selectionSet);
}
