import type { AssetFacts, ColumnFacts } from '../facts.ts';
import { labelNames } from './labelNames.ts';
import { z } from 'zod';
import { defineRuleType } from './types.ts';
import { readViewColumns, type ViewColumn } from './viewColumns.ts';

const paramsSchema = z.strictObject({
  labels: labelNames.describe('Columns with one of these confirmed labels have to be masked.'),
});

const MASKED = 'MASKED';
const VIEWS: ReadonlySet<string> = new Set(['VIEW', 'MATERIALIZED_VIEW']);

export const noUnmaskedLabel = defineRuleType({
  name: 'noUnmaskedLabel',
  description:
    'Columns with certain confirmed labels are masked: a person set the label MASKED on them, or they belong to a view that does not show a column so labelled as it is. ' +
    'A function or an operator around it makes it another value; a cast does not.',
  paramsSchema,
  needs: () => ['columns', 'labels', 'definition'],
  check(asset, { labels }) {
    return asset.columns.flatMap((column) => {
      const found = column.labels.filter((label) => labels.includes(label));
      if (found.length === 0 || column.labels.includes(MASKED) || (VIEWS.has(asset.kind) && !showsOneOf(asset, column, labels))) return [];
      const message = `The column "${column.name}" is ${found.join(', ')} and is not masked. Mask it, or set the label MASKED where it already is.`;
      return [{ columnId: column.id, message, evidence: { column: column.name, labels: found } }];
    });
  },
});

/** Whether a view's column is a plain reference to a column with one of the labels; what cannot be found out is, if a column of its name has one. */
function showsOneOf(asset: AssetFacts, column: ColumnFacts, wanted: readonly string[]): boolean {
  const isWanted = (dependency: string, name: string): boolean =>
    asset.dependencyLabels
      .get(dependency)
      ?.get(name)
      ?.some((label) => wanted.includes(label)) ?? false;
  const anyOfItsName = (): boolean => asset.dependsOn.some(({ name }) => isWanted(name, column.name));

  const output = findOutput(asset, column);
  if (!output || output.isUnknown) {
    if (anyOfItsName()) return true;
    if (!output) return false;
  }
  return output.origins.some((origin) => {
    const dependencies = asset.dependsOn.filter(({ name }) => isNamed(name, origin.schema, origin.relation));
    return dependencies.length === 0 ? anyOfItsName() : dependencies.some(({ name }) => isWanted(name, origin.column));
  });
}

function findOutput({ definition, columns }: AssetFacts, column: ColumnFacts): ViewColumn | undefined {
  const outputs = definition === null ? null : readViewColumns(definition);
  if (!outputs) return undefined;
  const named = outputs.filter(({ name }) => name === column.name);
  // Names that the SQL leaves to PostgreSQL (`count`, `?column?`) are not in it: then its place says.
  return named.length === 1 ? named[0] : outputs[columns.indexOf(column)];
}

/** `database.schema.relation`, as `qualifiedName` writes it. */
function isNamed(qualified: string, schema: string | null, relation: string): boolean {
  const path = (qualified.match(/"(?:[^"]|"")*"|[^.]+/g) ?? []).map((part) =>
    part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part,
  );
  return path.at(-1) === relation && (schema === null || path.at(-2) === schema);
}
