import { createRelations, type Relations } from '#platform/sql/relations.ts';
import { readViewColumns, type ViewColumn } from '#platform/sql/viewColumns.ts';
import type { AssetFacts, ColumnFacts } from '../facts.ts';
import { labelNames } from './labelNames.ts';
import { z } from 'zod';
import { defineRuleType } from './types.ts';

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
    const isView = VIEWS.has(asset.kind);
    const dependencies = createRelations(isView ? asset.dependsOn : []);
    return asset.columns.flatMap((column) => {
      const found = column.labels.filter((label) => labels.includes(label));
      if (found.length === 0 || column.labels.includes(MASKED) || (isView && !showsOneOf(asset, dependencies, column, labels))) return [];
      const message = `The column "${column.name}" is ${found.join(', ')} and is not masked. Mask it, or set the label MASKED where it already is.`;
      return [{ columnId: column.id, message, evidence: { column: column.name, labels: found } }];
    });
  },
});

type Dependency = AssetFacts['dependsOn'][number];

/** Whether a view's column is a plain reference to a column with one of the labels; what cannot be found out is, if a column of its name has one. */
function showsOneOf(asset: AssetFacts, dependencies: Relations<Dependency>, column: ColumnFacts, wanted: readonly string[]): boolean {
  const isWanted = (dependency: string, name: string): boolean =>
    asset.dependencyLabels
      .get(dependency)
      ?.get(name)
      ?.some((label) => wanted.includes(label)) ?? false;
  let isAny: boolean | undefined;
  const anyOfItsName = (): boolean => (isAny ??= asset.dependsOn.some(({ name }) => isWanted(name, column.name)));

  const output = findOutput(asset, column);
  if (!output || output.isUnknown) {
    if (anyOfItsName()) return true;
    if (!output) return false;
  }
  return output.origins.some(({ schema, relation, column: origin }) => {
    const read = dependencies.find(schema, relation);
    return read.length === 0 ? anyOfItsName() : read.some(({ name }) => isWanted(name, origin));
  });
}

function findOutput({ definition, columns }: AssetFacts, column: ColumnFacts): ViewColumn | undefined {
  const outputs = definition === null ? null : readViewColumns(definition);
  if (!outputs) return undefined;
  const named = outputs.filter(({ name }) => name === column.name);
  // Names that the SQL leaves to PostgreSQL (`count`, `?column?`) are not in it: then its place says.
  return named.length === 1 ? named[0] : outputs[columns.indexOf(column)];
}
