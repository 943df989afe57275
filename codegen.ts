/**
 * `npm run codegen`: the types of each subgraph's resolvers, from the contract in `schema/` and the parents in its `mappers.ts`;
 * and the client's typed documents, from the operations in `client/src`.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { CodegenConfig } from '@graphql-codegen/cli';
import client from './client/codegen.ts';

const SUBGRAPHS = ['catalog', 'policy', 'lineage', 'identity', 'session'];

/** `export type AssetParent` in mappers.ts says what resolvers of `Asset` get as their parent. */
function readMappers(name: string): Record<string, string> {
  const file = `subgraphs/${name}/mappers.ts`;
  if (!existsSync(file)) return {};
  const exported = readFileSync(file, 'utf8').matchAll(/^export type ((\w+?)(?:Parent|Mapper))\b/gm);
  return Object.fromEntries([...exported].map(([, type, graphqlType]) => [graphqlType, `../${file}#${type}`]));
}

const config: CodegenConfig = {
  ...client,
  generates: {
    ...client.generates,
    ...Object.fromEntries(
      SUBGRAPHS.map((name) => [
        `generated/${name}.ts`,
        {
          schema: ['schema/base.graphql', `schema/${name}.graphql`],
          plugins: ['typescript', 'typescript-resolvers'],
          config: {
            federation: true,
            contextType: '../platform/graphql/context.ts#RequestContext',
            mappers: readMappers(name),
            useTypeImports: true,
            enumsAsTypes: true,
            avoidOptionals: { field: true, inputValue: false, object: false, defaultValue: false },
            scalars: { DateTime: { input: 'Date', output: 'Date' }, JSON: 'unknown', ID: 'string' },
          },
        },
      ]),
    ),
  },
};

// The generator takes a default export only.
export default config;
