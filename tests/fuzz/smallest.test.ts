import { expect, it } from 'vitest';
import { findSmallest } from './smallest.ts';

it('leaves of an operation what fails, whatever was around it', async () => {
  const operation = {
    kind: 'query' as const,
    query: `query ($a: [ID!]! = ["x"], $b: AssetFilter, $c: Int) {
      me { ...U }
      f1: assets(first: 7, filter: $b) @include(if: true) { nodes { id ...A } pageInfo { endCursor } }
      assetsById(ids: ["one", "two", "three"]) { id }
      columns(first: $c) { totalCount }
    }
    fragment U on User { id name }
    fragment A on Asset { ... { columns(first: 3) { nodes { name } } } name }`,
    variables: { a: ['y'], b: { kinds: ['TABLE', 'VIEW'], namePrefix: 'x'.repeat(500), tags: [] }, c: 5 },
  };
  const sent: string[] = [];
  const smallest = await findSmallest(operation, async ({ query, variables }) => {
    sent.push(query);
    return query.includes('columns(first: 3)') && JSON.stringify(variables).includes('VIEW');
  });
  expect(smallest.query.replaceAll(/\s+/g, ' ')).toBe('{ f1: assets { nodes { columns(first: 3) { __typename } } } }');
  expect(smallest.variables).toEqual({ b: { kinds: ['VIEW'] } });

  // Of a literal's list only the item that it is about stays.
  const inList = await findSmallest(operation, async ({ query }) => query.includes('"two"'));
  expect(inList.query.replaceAll(/\s+/g, ' ')).toBe('{ assetsById(ids: ["two"]) { id } }');
});

it('gives the operation as it was when it does not fail again, or is no GraphQL', async () => {
  const operation = { kind: 'query' as const, query: '{ me { id name } }', variables: {} };
  expect(await findSmallest(operation, async () => false)).toBe(operation);
  const broken = { ...operation, query: '{ me {' };
  expect(await findSmallest(broken, async () => true)).toBe(broken);
});
