/** Runs after every other test: each field of the API has been selected by some of them, and gave two different values that are not empty. */
import { readFileSync } from 'node:fs';
import { buildSchema, getNamedType, isObjectType, isLeafType, isEnumType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { readObservations } from '#platform/testing/observedFields.ts';
import { API_FILE } from '#router/supergraph.ts';

/** Fields that can only ever give one value, each with the reason. */
const ONE_VALUE: Record<string, string> = {
  'Query.serverVersion': 'a server has one version',
  'LineageStatistics.truncated': 'it takes two million flows; that it is said is tested with smaller budgets beside the code',
  'ScanPreview.totalIsCapped': 'it takes a source of 100,000 tables; that it is said is tested with such a list beside the code',
  ...Object.fromEntries(
    [
      'Query.connectors',
      'Source.connector',
      'Connector.id',
      'Connector.title',
      'Connector.configSchema',
      'Connector.secretFields',
      'Connector.assetKinds',
    ].map((name) => [name, 'there is one connector so far']),
  ),
};

const schema = buildSchema(readFileSync(API_FILE, 'utf8'));
const fields = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .filter((type) => !type.name.startsWith('__'))
  .flatMap((type) =>
    Object.values(type.getFields()).map((field) => ({ name: `${type.name}.${field.name}`, type: getNamedType(field.type) })),
  );

describe('the contract', () => {
  const observed = readObservations();

  it('has no field that no test selects', () => {
    expect(fields.map(({ name }) => name).filter((name) => !observed.has(name))).toEqual([]);
  });

  it('has no field that gave one value only', () => {
    const poor = fields.filter(
      ({ name, type }) => observed.get(name) === 1 && (!isLeafType(type) || !isEnumType(type) || type.getValues().length > 1),
    );
    expect(poor.map(({ name }) => name).filter((name) => !(name in ONE_VALUE))).toEqual([]);
  });
});
