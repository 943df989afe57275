/** What an operation reads, as the read audit keeps it. */
import { Kind, valueFromASTUntyped, type DocumentNode, type OperationDefinitionNode } from 'graphql';
import type { Read } from '#platform/auth/read.ts';
import type { Viewer } from '#platform/auth/viewer.ts';
import { isId } from '#platform/ids.ts';
import { isMetaField, rootFields } from './limits/selections.ts';

/** The longest list of ids that an argument takes is as long. */
const MOST_SUBJECTS = 1_000;
/** Lists within inputs; what JSON holds may be far deeper. */
const LEVELS = 4;
/** Of an operation's name. */
const MOST_CHARACTERS = 200;

type Asked = {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Readonly<Record<string, unknown>> | undefined;
  /** The answer's, where there is one. */
  data?: Readonly<Record<string, unknown>> | null;
  viewer: Viewer;
};

/** Undefined where only the schema was asked about. */
export function readOf({ document, operation, variables = {}, data, viewer }: Asked): Read | undefined {
  const asked = rootFields(document, operation).filter((field) => !isMetaField(field));
  // With `@skip` it was not asked for.
  const fields = data ? asked.filter(({ alias, name }) => (alias ?? name).value in data) : asked;
  if (fields.length === 0) return undefined;
  const given = { ...defaultsOf(operation), ...variables };
  const ids = new Set<string>();
  for (const { alias, name, arguments: args = [] } of fields) {
    for (const { value } of args) collectIds(valueFromASTUntyped(value, given), ids);
    const found = data?.[(alias ?? name).value];
    if (found !== null && typeof found === 'object' && 'id' in found) collectIds(found.id, ids);
  }
  return {
    userId: viewer.userId,
    tokenId: viewer.token?.id ?? null,
    operation: operation.name?.value.slice(0, MOST_CHARACTERS) ?? null,
    fields: [...new Set(fields.map(({ name }) => name.value))].toSorted(),
    subjectIds: [...ids].toSorted(),
  };
}

const defaultsOf = ({ variableDefinitions = [] }: OperationDefinitionNode): Record<string, unknown> =>
  Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue && defaultValue.kind !== Kind.NULL ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    ),
  );

function collectIds(value: unknown, ids: Set<string>, levels = LEVELS): void {
  if (ids.size >= MOST_SUBJECTS) return;
  if (typeof value === 'string') {
    if (isId(value)) ids.add(value.toLowerCase());
  } else if (levels > 0 && value !== null && typeof value === 'object') {
    for (const each of Object.values(value)) collectIds(each, ids, levels - 1);
  }
}
