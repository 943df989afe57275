/**
 * A subscription's selection as a query: what it selects of the payload's entity becomes the same selection of that entity's
 * root field, for an id that each event gives. Made once, when somebody subscribes; the gateway plans it as any other query.
 */
import {
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  OperationTypeNode,
  print,
  visit,
  type DefinitionNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type VariableDefinitionNode,
} from 'graphql';
import { fragmentsOf, type Fragments } from '../limits/selections.ts';

type Variables = Readonly<Record<string, unknown>>;

/** Selected fields by their response key, in the order of the answer. */
export type Collected = ReadonlyMap<string, readonly [FieldNode, ...FieldNode[]]>;

/**
 * What is selected with these variables, fragments in place: of a type that no fragment can leave, as the root and the payloads are.
 * (GraphQL, section 6.3.2)
 */
export function collect(fragments: Fragments, selections: readonly SelectionSetNode[], variables: Variables): Collected {
  const collected = new Map<string, [FieldNode, ...FieldNode[]]>();
  const visited = new Set<string>();
  const add = ({ selections: each }: SelectionSetNode): void => {
    for (const selection of each) {
      if (getDirectiveValues(GraphQLSkipDirective, selection, variables)?.if === true) continue;
      if (getDirectiveValues(GraphQLIncludeDirective, selection, variables)?.if === false) continue;
      if (selection.kind === Kind.FIELD) {
        const key = selection.alias?.value ?? selection.name.value;
        const others = collected.get(key);
        if (others) others.push(selection);
        else collected.set(key, [selection]);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) add(selection.selectionSet);
      else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value);
        add(fragments.get(selection.name.value)!.selectionSet);
      }
    }
  };
  for (const selection of selections) add(selection);
  return collected;
}

export const selectionsOf = (fields: readonly FieldNode[]): SelectionSetNode[] =>
  fields.flatMap(({ selectionSet }) => (selectionSet ? [selectionSet] : []));

export type ReRooted = {
  text: string;
  document: DocumentNode;
  /** The variable that takes the id. */
  idVariable: string;
  /** The subscription's variables that are left. */
  variableNames: readonly string[];
};

/** Fields of the payload's entity (each with its key), as a query of the root field `query`. */
export function reroot(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  entities: readonly FieldNode[],
  query: string,
): ReRooted {
  const known = new Set(operation.variableDefinitions?.map(({ variable }) => variable.name.value));
  let idVariable = '__id';
  while (known.has(idVariable)) idVariable = `_${idVariable}`;

  const name = (value: string) => ({ kind: Kind.NAME, value }) as const;
  const variable = (value: string) => ({ kind: Kind.VARIABLE, name: name(value) }) as const;
  const selectionSet: SelectionSetNode = {
    kind: Kind.SELECTION_SET,
    selections: entities.map((field) => ({
      kind: Kind.FIELD,
      alias: name(field.alias?.value ?? field.name.value),
      name: name(query),
      arguments: [{ kind: Kind.ARGUMENT, name: name('id'), value: variable(idVariable) }],
      ...(field.selectionSet && { selectionSet: field.selectionSet }),
    })),
  };
  const { fragments, variables } = usedBelow(fragmentsOf(document), selectionSet);
  const kept = (operation.variableDefinitions ?? []).filter((definition) => variables.has(definition.variable.name.value));
  const idDefinition: VariableDefinitionNode = {
    kind: Kind.VARIABLE_DEFINITION,
    variable: variable(idVariable),
    type: { kind: Kind.NON_NULL_TYPE, type: { kind: Kind.NAMED_TYPE, name: name('ID') } },
  };
  const definitions: DefinitionNode[] = [
    {
      kind: Kind.OPERATION_DEFINITION,
      operation: OperationTypeNode.QUERY,
      name: name(operation.name ? `${operation.name.value}__event` : 'event'),
      variableDefinitions: [...kept, idDefinition],
      selectionSet,
    },
    ...fragments,
  ];
  const rerooted: DocumentNode = { kind: Kind.DOCUMENT, definitions };
  return {
    text: print(rerooted),
    document: rerooted,
    idVariable,
    variableNames: kept.map((definition) => definition.variable.name.value),
  };
}

/** Fragments and variables that a selection needs, also those of fragments within fragments. */
function usedBelow(fragments: Fragments, selectionSet: SelectionSetNode) {
  const found = new Map<string, FragmentDefinitionNode>();
  const variables = new Set<string>();
  const look = (node: SelectionSetNode | FragmentDefinitionNode): void => {
    visit(node, {
      Variable: ({ name }) => void variables.add(name.value),
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (!fragment || found.has(name.value)) return;
        found.set(name.value, fragment);
        look(fragment);
      },
    });
  };
  look(selectionSet);
  return { fragments: [...found.values()], variables };
}
