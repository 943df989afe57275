import { readFileSync } from 'node:fs';
import { buildSchema, getIntrospectionQuery, parse, validate, type OperationDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { API_FILE } from '../supergraph.ts';
import { checkCost, operationCost } from './cost.ts';

const schema = buildSchema(readFileSync(API_FILE, 'utf8'));

function cost(text: string, variables: Record<string, unknown> = {}): number {
  const document = parse(text);
  expect(validate(schema, document)).toEqual([]);
  return operationCost(schema, document, document.definitions[0] as OperationDefinitionNode, variables).cost;
}

describe('cost', () => {
  it('is 50 for a page without "first"', () => expect(cost('{ assets { nodes { name } } }')).toBe(50));
  it('is "first" for a page', () => expect(cost('{ assets(first: 7) { nodes { name } pageInfo { endCursor } } }')).toBe(7));
  it('multiplies pages within pages', () => {
    expect(cost('{ assets(first: 10) { nodes { columns(first: 20) { nodes { name } } } } }')).toBe(10 + 200);
  });
  it('counts edges as their nodes', () => expect(cost('{ assets(first: 7) { edges { cursor node { name } } } }')).toBe(7));
  it('counts a list without paging as 10', () => expect(cost('{ assets(first: 2) { nodes { owners { role } } } }')).toBe(2 + 20));
  it('counts what stands beside a page by itself: facets of a search', () => {
    expect(cost('{ search(query: "x", first: 5) { nodes { score asset { name } } } }')).toBe(5 + 5);
    expect(cost('{ search(query: "x", first: 200) { facets { name values { value count } } } }')).toBe(1_000 + 10 + 100);
  });
  it('counts counting: totals of root lists, facets, counts by value; but not totals below an object, which are batched', () => {
    expect(cost('{ assets(first: 7) { totalCount } }')).toBe(1_000);
    expect(cost('{ a: assets { ...T } b: search(query: "") { totalCount } } fragment T on AssetConnection { totalCount }')).toBe(2_000);
    expect(cost('{ assetCounts(by: KIND) { value count } }')).toBe(1_000 + 10);
    expect(cost('{ domains(first: 5) { nodes { assets(first: 2) { totalCount } } } }')).toBe(5);
  });
  it('counts counting violations like any other, below policies and assets not', () => {
    expect(cost('{ violations(first: 7) { totalCount nodes { message } } violationCounts(by: OWNER) { value count } }')).toBe(
      1_007 + 1_010,
    );
    expect(cost('{ policies(first: 3) { nodes { violations(first: 2) { totalCount nodes { id } } } } }')).toBe(3 + 6);
    expect(cost('{ assets(first: 50) { nodes { violations(first: 5) { totalCount nodes { policy { name } } } } } }')).toBe(50 + 500);
  });
  it('counts a preview as what it looks at, besides what comes back: an operation takes one', () => {
    const preview = 'previewPolicy(input: { ruleType: "ownerRequired", params: {} })';
    expect(cost(`{ ${preview} { checked violating } }`)).toBe(100_001);
    expect(cost(`{ a: ${preview} { checked } b: ${preview} { checked } }`)).toBeGreaterThan(200_000);
    expect(cost(`{ ${preview} { sample(first: 20) { message asset { name } } } }`)).toBe(100_001 + 40);
  });
  it('counts the results of decisions on violations', () => {
    const ids = Array.from({ length: 200 }, String);
    expect(
      cost('mutation ($input: AcknowledgeViolationsInput!) { acknowledgeViolations(input: $input) { results { violation { status } } } }', {
        input: { ids },
      }),
    ).toBe(1 + 200 + 200);
  });
  it('counts what lineage is asked as what may come back and what is looked at, and leaves room for each with its defaults', () => {
    const node = 'id depth asset { id kind owners { user { name } } } column { id } job { name } run { state }';
    const edge = 'from to job { name } run { state } declaration { by { name } retractedBy { name } }';
    const people = 'byOwner { user { name } team { name } } byDomain { domain { name } } peopleToTell { name }';
    const impact = (args = '') => `impact(assetId: "x" ${args}) { totalCount byKind { count } ${people} }`;
    const paths = (args = '') => `paths(from: "x", to: "y" ${args}) { paths { nodes { ${node} } edges { ${edge} } } }`;
    const moments = 'from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z"';
    const lists = `added { ${edge} } removed { ${edge} } addedNodes { ${node} } removedNodes { ${node} }`;
    const statistics = (args = '') => `lineageStatistics${args} { cycles { size assets { id } } mostDependedUpon { asset { id } } }`;
    const counted = [
      impact(),
      impact('maxNodes: 10'),
      'impact(assetId: "x") { totalCount }',
      paths(),
      paths('limit: 100, maxLength: 20'),
      `lineageDiff(assetId: "x", ${moments}) { ${lists} }`,
      `lineageHistory(assetId: "x") { nodes { ${edge} } }`,
      statistics(),
      statistics('(first: 100)'),
      `lineage(assetId: "x", direction: BOTH, maxNodes: 2500) { nodes { ${node} } edges { ${edge} } }`,
      'lineage(assetId: "x", direction: BOTH, maxNodes: 5000) { nodes { id asset { displayName } } edges { from to origin job { name } } }',
      'lineage(assetId: "x", direction: BOTH, maxNodes: 5000) { nodes { asset { name } } edges { job { name } declaration { by { name } } } }',
      `lineageDiff(assetId: "x", ${moments}, maxNodes: 5000) { added { declaration { reason } } removed { declaration { reason } } }`,
      'lineage(assetId: "x", direction: BOTH) { truncated }',
    ].map((field) => cost(`{ ${field} }`));
    expect(counted).toEqual([
      1 + 10 + 3_000 + 2_000 + 1_000,
      1 + 10 + 3_000 + 2_000 + 1_000,
      1 + 5_000,
      1 + 10 * (1 + 21 * 25 + 25 * 6) + 5_000,
      1 + 100 * (1 + 21 * 25 + 25 * 6) + 5_000,
      1 + 2 * 500 * (10 + 5) + 2 * 500 * 25,
      50 * 6,
      1 + 10 * (1 + 100) + 10 * 2 + 50_000,
      1 + 100 * (1 + 100) + 100 * 2 + 50_000,
      1 + 2_500 * 25 + 2_500 * (10 + 5),
      1 + 5_000 * 2 + 5_000 * (10 + 1),
      1 + 5_000 * 2 + 5_000 * (10 + 3),
      1 + 2 * 5_000 * (10 + 1),
      1 + 500,
    ]);
    expect(Math.max(...counted)).toBeLessThan(200_000);
  });
  it('counts what a job has done as pages of it, and a run as one', () => {
    expect(cost('{ run(id: "x") { state job { name } } }')).toBe(2);
    expect(cost('{ job(id: "x") { runs { nodes { state } } flows(first: 10) { nodes { run { state } } } } }')).toBe(1 + 50 + 10 * 2);
    const runs = 'nodes { job { runs(first: 10) { nodes { state } } } }';
    expect(cost(`{ lineage(assetId: "x", direction: BOTH) { ${runs} } }`)).toBe(1 + 500 * (1 + 1 + 10));
  });
  it('counts the levels that lists of neighbours go through, however few come back', () => {
    const page = (args: string) => cost(`{ assets(first: 200) { nodes { downstream${args} { nodes { id } } } } }`);
    expect(page('(first: 1)')).toBe(200 + 200);
    expect(page('(first: 1, depth: 1)')).toBe(200 + 200);
    expect(page('(first: 1, depth: 3)')).toBe(200 + 200 + 200 * 2 * 50);
    expect(page('(first: 10, depth: 20)')).toBe(200 + 2_000 + 200 * 19 * 50);
    expect(cost('{ columns(first: 100) { nodes { upstream(depth: 5) { edges { depth } } } } }')).toBe(100 + 100 * 4 * 50);
  });
  it('counts a graph as the nodes that it may have', () => {
    const graph = (args: string, selection: string) => cost(`{ lineage(assetId: "x", direction: BOTH ${args}) { ${selection} } }`);
    expect(graph('', 'nodes { id }')).toBe(1 + 500);
    expect(graph('maxNodes: null', 'nodes { id }')).toBe(1 + 500);
    expect(graph('maxNodes: 2000', 'nodes { asset { owners { role } } } edges { from }')).toBe(1 + 2_000 * (1 + 1 + 10) + 20_000);
  });
  it('counts single objects', () => expect(cost('{ me { name } asset(id: "x") { source { name } } }')).toBe(3));
  it('counts no scalars, lists of them neither', () => expect(cost('{ asset(id: "x") { name tags path } }')).toBe(1));
  it('counts as many as there are ids', () => {
    expect(cost('query ($ids: [ID!]!) { assetsById(ids: $ids) { name } }', { ids: Array.from({ length: 200 }, String) })).toBe(200);
  });
  it('does not take the length of a list for that of the lists below it', () => {
    expect(cost('query ($ids: [ID!]!) { assetsById(ids: $ids) { owners { role } } }', { ids: Array.from({ length: 200 }, String) })).toBe(
      200 + 2_000,
    );
  });
  it('counts the results of a batch mutation', () => {
    const items = Array.from({ length: 30 }, () => ({ id: 'x', version: 1 }));
    expect(
      cost('mutation ($input: UpdateAssetsInput!) { updateAssets(input: $input) { results { asset { name } } } }', { input: { items } }),
    ).toBe(1 + 30 + 30);
  });
  it('reads variables, and their defaults', () => {
    expect(cost('query ($n: Int) { assets(first: $n) { nodes { name } } }', { n: 9 })).toBe(9);
    expect(cost('query ($n: Int = 12) { assets(first: $n) { nodes { name } } }')).toBe(12);
    expect(cost('query ($n: Int) { assets(first: $n) { nodes { name } } }')).toBe(50);
    expect(cost('query ($n: Int = 12) { assets(first: $n) { nodes { name } } }', { n: null })).toBe(50);
    expect(cost(`query ($ids: [ID!]! = ${JSON.stringify(Array.from({ length: 60 }, String))}) { assetsById(ids: $ids) { name } }`)).toBe(
      60,
    );
  });
  it('leaves out what is skipped', () => {
    const text =
      'query ($yes: Boolean = true) { assets(first: 5) { nodes { columns @skip(if: $yes) { nodes { name } } source @include(if: false) { id } } } }';
    expect(cost(text)).toBe(5);
    expect(cost(text, { yes: false })).toBe(5 + 250);
  });
  it('takes the page from the field above a fragment', () => {
    expect(
      cost('{ a: assets(first: 2) { ...P } b: assets(first: 3) { ...P } } fragment P on AssetConnection { nodes { source { name } } }'),
    ).toBe(4 + 6);
  });
  it('counts introspection like data, and leaves room for the whole of it', () => {
    expect(cost('{ __schema { types { name } } __typename }')).toBe(1 + 10);
    expect(cost(getIntrospectionQuery())).toBeLessThan(20_000);
  });
  it('counts each alias', () => expect(cost('{ a: me { id } b: me { id } }')).toBe(2));
  it('does not fall for fragments that double with every level', () => {
    const levels = Array.from({ length: 40 }, (_, i) => `fragment F${i} on Asset { ...F${i + 1} ... on Asset { ...F${i + 1} } }`);
    expect(cost(`{ asset(id: 1) { ...F0 } } ${levels.join(' ')} fragment F40 on Asset { source { id } }`)).toBe(1 + 2 ** 40);
  });
  it('refuses more than 200,000, with cost and limit', () => {
    const document = parse(
      '{ assets(first: 200) { nodes { columns(first: 200) { nodes { asset { history(first: 200) { nodes { at } } } } } } } }',
    );
    const operation = document.definitions[0] as OperationDefinitionNode;
    expect(() => checkCost(schema, document, operation)).toThrow(
      expect.objectContaining({ code: 'QUERY_TOO_COSTLY', details: { cost: 200 + 40_000 + 40_000 + 8_000_000, limit: 200_000 } }),
    );
    expect(() => checkCost(schema, document, operation)).not.toThrow('maxNodes');
  });
  it('tells a number as the cost of what no Int can be, however often it is multiplied', () => {
    const text = 'query ($n: Int) { assets(first: $n) { nodes { columns(first: $n) { nodes { name } } } } }';
    for (const n of [2 ** 31, 1e308]) expect(cost(text, { n })).toBe(2 ** 31 - 1 + (2 ** 31 - 1) ** 2);
  });
  it('names what makes a graph smaller', () => {
    const node = 'asset { owners { user { name } team { name } } columns(first: 10) { nodes { name } } }';
    const document = parse(`{ lineage(assetId: "x", direction: BOTH, maxNodes: 5000) { nodes { ${node} } } }`);
    expect(validate(schema, document)).toEqual([]);
    expect(() => checkCost(schema, document, document.definitions[0] as OperationDefinitionNode)).toThrow(
      'for smaller graphs with "maxNodes"',
    );
  });
});
