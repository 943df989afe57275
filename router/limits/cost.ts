/** The cost of an operation: how many objects could come back, before anything is executed. */
import {
  getNamedType,
  isInputType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  valueFromAST,
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  typeFromAST,
} from 'graphql';
import { TooMuch } from '#platform/errors.ts';
import { DEFAULT_PAGE } from '#platform/graphql/connections.ts';
import { fragmentsOf } from './selections.ts';

const MAX_COST = 200_000;
/** What a list without paging counts as, unless a longer list was given to it. */
const UNPAGED_LIST = 10;
/** What counting all that matches counts as: `totalCount` and `facets` of a root list, and counts by value. Below an object they are batched and count nothing. */
const COUNTING = 1_000;
/** Root fields that look at far more than comes back. A preview judges every asset that the viewer sees; statistics count every flow. */
const DEAR_FIELDS: Readonly<Record<string, number>> = { previewPolicy: 100_000, lineageStatistics: 50_000, paths: 5_000 };
/** Lists without paging of which it is known how long they are at most, whatever is above them. A path has at most 20 edges, of two origins here and there. */
const LIST_LENGTHS: Readonly<Record<string, number>> = {
  'Impact.byKind': 10,
  'Impact.byOwner': 1_000,
  'Impact.byDomain': 1_000,
  'Impact.peopleToTell': 1_000,
  'LineagePath.nodes': 21,
  'LineagePath.edges': 25,
  'LineageCycle.assets': 100,
};
/**
 * How many times as long as the argument above them says lists may be. A graph has up to ten edges for each node; what is asked of them
 * counts once for each node: it is read for all of them at once, and few have it (a job, a run, a declaration and who made it).
 */
const LIST_FACTORS: Readonly<Record<string, number>> = { 'LineageGraph.edges': 10, 'LineageDiff.added': 10, 'LineageDiff.removed': 10 };
/** What each level below the first one counts as, of lists that go on through their own nodes: they are looked at, however few come back. */
const LEVEL = 50;
const MAX_INT = 2 ** 31 - 1;
/** Arguments of an object that say how long the lists in it are at most. */
const LENGTH_ARGUMENTS = ['maxNodes', 'limit', 'first'];

/** They are in no type's fields. Introspection counts like data: under many aliases it would answer for seconds. */
const META_FIELDS: Readonly<Record<string, GraphQLField<unknown, unknown>>> = { __schema: SchemaMetaFieldDef, __type: TypeMetaFieldDef };

type Variables = Readonly<Record<string, unknown>>;
/** What the fields of a selection must know of the field above: the page of a connection, the length of a batch. */
type Above = { page: number; batch: number; root: boolean };

const NOTHING_ABOVE: Above = { page: DEFAULT_PAGE, batch: 0, root: false };

const isConnection = (type: GraphQLNamedType): boolean =>
  isObjectType(type) && type.name.endsWith('Connection') && 'pageInfo' in type.getFields();
const isList = (type: GraphQLOutputType): boolean => isListType(isNonNullType(type) ? type.ofType : type);

/** The longest list in an argument: `ids`, `input.items`. */
function longestList(value: unknown, levels = 2): number {
  if (Array.isArray(value)) return value.length;
  if (levels === 0 || value === null || typeof value !== 'object') return 0;
  return Math.max(0, ...Object.values(value).map((part) => longestList(part, levels - 1)));
}

function withDefaults(schema: GraphQLSchema, operation: OperationDefinitionNode, given: Variables): Variables {
  const variables: Record<string, unknown> = { ...given };
  for (const { variable, type, defaultValue } of operation.variableDefinitions ?? []) {
    const inputType = typeFromAST(schema, type as never);
    if (variables[variable.name.value] === undefined && defaultValue && isInputType(inputType)) {
      variables[variable.name.value] = valueFromAST(defaultValue, inputType);
    }
  }
  return variables;
}

/** `isOfGraphs`: `maxNodes` is part of what it costs. */
export function operationCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  given: Variables = {},
): { cost: number; isOfGraphs: boolean } {
  let isOfGraphs = false;
  const fragments = fragmentsOf(document);
  const variables = withDefaults(schema, operation, given);
  const costOfFragment = new Map<string, number>();
  const root = schema.getRootType(operation.operation);

  const argumentValue = (definition: GraphQLField<unknown, unknown>, field: FieldNode, name: string): unknown => {
    const argument = definition.args.find((candidate) => candidate.name === name);
    const node = field.arguments?.find((candidate) => candidate.name.value === name);
    if (!argument) return undefined;
    const value = node && valueFromAST(node.value, argument.type, variables);
    // Null is answered as the default is.
    return value ?? argument.defaultValue;
  };

  const numberGiven = (definition: GraphQLField<unknown, unknown>, field: FieldNode, name: string): number => {
    const value = argumentValue(definition, field, name);
    // What no Int can be is refused later; until then it makes no endless cost, which JSON cannot tell.
    return typeof value === 'number' && value > 0 ? Math.min(value, MAX_INT) : 0;
  };

  const isLeftOut = (selection: SelectionNode): boolean =>
    (selection.directives ?? []).some(({ name, arguments: args }) => {
      const condition = args?.[0]?.value;
      const value =
        condition?.kind === Kind.VARIABLE
          ? variables[condition.name.value]
          : condition?.kind === Kind.BOOLEAN
            ? condition.value
            : undefined;
      return (name.value === 'skip' && value === true) || (name.value === 'include' && value === false);
    });

  const ofField = (parent: GraphQLNamedType, field: FieldNode, above: Above): number => {
    const definition = META_FIELDS[field.name.value] ?? ('getFields' in parent ? parent.getFields()[field.name.value] : undefined);
    if (!definition || !('args' in definition)) return 0;
    const type = getNamedType(definition.type);
    if (isLeafType(type)) return above.root && field.name.value === 'totalCount' ? COUNTING : 0;
    if (type.name === 'PageInfo') return 0;
    const counting = type.name === 'Facet' || (type.name === 'FacetValue' && parent === root) ? COUNTING : 0;
    if (isConnection(parent) && (field.name.value === 'nodes' || field.name.value === 'edges')) {
      // The edges of a page are wrappers: what counts are the nodes in them.
      const each = ofSelection(type, field.selectionSet, NOTHING_ABOVE) + (field.name.value === 'edges' ? 0 : 1);
      return above.page * each;
    }
    const page = numberGiven(definition, field, 'first') || DEFAULT_PAGE;
    if (isConnection(type)) {
      const levels = Math.max(0, numberGiven(definition, field, 'depth') - 1);
      return levels * LEVEL + ofSelection(type, field.selectionSet, { page, batch: 0, root: parent === root });
    }

    // A payload's lists have a result for each item of the batch; the lists in one asset of many do not.
    const wrapsBatch = !isList(definition.type);
    const batch = Math.max(
      0,
      ...LENGTH_ARGUMENTS.map((name) => (wrapsBatch ? numberGiven(definition, field, name) : 0)),
      ...definition.args.map(({ name }) => longestList(argumentValue(definition, field, name))),
    );
    const each = 1 + ofSelection(type, field.selectionSet, { page: DEFAULT_PAGE, batch: wrapsBatch ? batch : 0, root: false });
    // A graph is read as far as it may go, whatever of it is selected.
    if (wrapsBatch) {
      const maxNodes = numberGiven(definition, field, 'maxNodes');
      isOfGraphs ||= maxNodes > 0;
      return Math.max(each, 1 + maxNodes) + ((parent === root && DEAR_FIELDS[field.name.value]) || 0);
    }
    const place = `${parent.name}.${field.name.value}`;
    const length = LIST_LENGTHS[place] ?? Math.max(UNPAGED_LIST, batch, above.batch);
    const items = definition.args.some(({ name }) => name === 'first') ? page : length;
    return counting + items * (each - 1 + (LIST_FACTORS[place] ?? 1));
  };

  const ofSelection = (parent: GraphQLNamedType, selectionSet: SelectionSetNode | undefined, above: Above): number => {
    let cost = 0;
    for (const selection of selectionSet?.selections ?? []) {
      if (isLeftOut(selection)) continue;
      if (selection.kind === Kind.FIELD) cost += ofField(parent, selection, above);
      else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition && schema.getType(selection.typeCondition.name.value);
        cost += ofSelection(condition ?? parent, selection.selectionSet, above);
      } else cost += ofFragment(selection.name.value, above);
    }
    return cost;
  };

  // Once for each fragment and page size, however often it is spread.
  const ofFragment = (name: string, above: Above): number => {
    const key = `${name} ${above.page} ${above.batch} ${above.root}`;
    let cost = costOfFragment.get(key);
    if (cost === undefined) {
      const fragment = fragments.get(name);
      const type = fragment && schema.getType(fragment.typeCondition.name.value);
      cost = type ? ofSelection(type, fragment.selectionSet, above) : 0;
      costOfFragment.set(key, cost);
    }
    return cost;
  };

  const cost = root ? ofSelection(root, operation.selectionSet, NOTHING_ABOVE) : 0;
  return { cost, isOfGraphs };
}

/** The operation's cost, at least 1; QUERY_TOO_COSTLY above the limit. */
export function checkCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables = {},
): number {
  const { cost, isOfGraphs } = operationCost(schema, document, operation, variables);
  if (cost > MAX_COST) {
    const graphs = isOfGraphs ? ' for smaller graphs with "maxNodes",' : '';
    throw new TooMuch(
      'QUERY_TOO_COSTLY',
      `Up to ${cost} objects could come back; ${MAX_COST} are allowed. Ask for smaller pages with "first",${graphs} or for fewer levels.`,
      { cost, limit: MAX_COST },
    );
  }
  return Math.max(1, cost);
}
