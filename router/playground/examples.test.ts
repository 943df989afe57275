import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate, type OperationDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { checkCost } from '../limits/cost.ts';
import { API_FILE } from '../supergraph.ts';
import { readExamples } from './exampleFiles.ts';
import { exampleVariables, SAMPLE_QUERY } from './examples.ts';

const schema = buildSchema(readFileSync(API_FILE, 'utf8'));
const sample = {
  sources: { nodes: [{ id: 's' }] },
  assets: { nodes: [{ id: 'a', version: 3, namespace: 'postgres://h:5432', name: 'd.s.t' }] },
};

describe('the playground', () => {
  it('asks for its sample in a valid operation', () => expect(validate(schema, parse(SAMPLE_QUERY))).toEqual([]));

  it.each(readExamples())('has the example "$name", which can be run as it stands', ({ query }) => {
    const document = parse(query);
    expect(validate(schema, document)).toEqual([]);
    const operation = document.definitions[0] as OperationDefinitionNode;
    expect(operation.name).toBeDefined(); // it is the tab's title
    expect(() => checkCost(schema, document, operation, {})).not.toThrow();
    const required = operation
      .variableDefinitions!.filter(({ type }) => type.kind === 'NonNullType')
      .map(({ variable }) => variable.name.value);
    expect(Object.keys(exampleVariables(query, sample)).sort()).toEqual(required.sort());
  });

  it('leaves variables out when there is nothing to take them from', () => {
    expect(exampleVariables('mutation ($sourceId: ID!) { x }', { sources: { nodes: [] }, assets: null })).toEqual({});
    expect(exampleVariables('mutation ($sourceId: ID!) { x }', null)).toEqual({});
  });
});
