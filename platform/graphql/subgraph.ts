/** A subgraph: a named executable schema, built from the hand-written contract in `schema/`. */
import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse, type GraphQLSchema } from 'graphql';
import { DateTime, JSONScalar } from './scalars.ts';

export type Subgraph = { name: string; schema: GraphQLSchema };

const SCHEMA_DIRECTORY = new URL('../../schema/', import.meta.url);

/** The SDL of a subgraph as it is composed: the shared base and its own file. */
export function readTypeDefs(name: string): string {
  return ['base', name].map((part) => readFileSync(new URL(`${part}.graphql`, SCHEMA_DIRECTORY), 'utf8')).join('\n');
}

// The generated resolver types are stricter than what buildSubgraphSchema declares; it takes any map of maps.
export function createSubgraph(name: string, resolvers: object): Subgraph {
  const schema = buildSubgraphSchema([
    { typeDefs: parse(readTypeDefs(name)), resolvers: { DateTime, JSON: JSONScalar, ...resolvers } as never },
  ]);
  return { name, schema };
}
