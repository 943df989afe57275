import { buildSchema } from 'graphql';
import { expect, it } from 'vitest';
import { searchDocs } from './docs-search';

const schema = buildSchema(
  'type Query { asset(id: ID!): Asset, myAsset: Asset } type Asset { name: String } input AssetFilter { prefix: String }',
);

it('types come before fields, and what begins with the word before what has it inside', () => {
  expect(searchDocs(schema, 'ASSET')).toEqual([
    { type: 'Asset', field: undefined },
    { type: 'AssetFilter', field: undefined },
    { type: 'Query', field: 'asset' },
    { type: 'Query', field: 'myAsset' },
  ]);
  expect(searchDocs(schema, 'prefix')).toEqual([{ type: 'AssetFilter', field: 'prefix' }]);
  expect(searchDocs(schema, 'nothing')).toEqual([]);
});
