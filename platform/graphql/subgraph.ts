/** A subgraph: a named executable schema, built from the hand-written contract in `schema/`. */
import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, parse, type DocumentNode, type GraphQLSchema } from 'graphql';
import type { RequestContext } from './context.ts';
import { DateTime, JSONScalar } from './scalars.ts';

export type Subgraph = { name: string; schema: GraphQLSchema };

const SCHEMA_DIRECTORY = new URL('../../schema/', import.meta.url);

/** The SDL of a subgraph as it is composed: the shared base and its own file. */
export function readTypeDefs(name: string): string {
  return ['base', name].map((part) => readFileSync(new URL(`${part}.graphql`, SCHEMA_DIRECTORY), 'utf8')).join('\n');
}

/** By GraphQL type. The generated resolver types are stricter than what buildSubgraphSchema declares; it takes any map of maps. */
export type Resolvers = Record<string, object>;

/** Of several parts, each with the fields that it adds to a type. */
export function createSubgraph(name: string, ...parts: readonly Resolvers[]): Subgraph {
  const resolvers: Resolvers = { DateTime, JSON: JSONScalar };
  for (const part of parts) for (const [type, fields] of Object.entries(part)) resolvers[type] = { ...resolvers[type], ...fields };
  return { name, schema: buildSubgraphSchema([{ typeDefs: parse(readTypeDefs(name)), resolvers: resolvers as never }]) };
}

/**
 * How one subgraph asks another by its contract, in this process or over HTTP. Throws the first error of the answer.
 * `query` is a constant of the caller's: it is parsed once.
 */
export type AskSubgraph = <Data>(query: string, variables: Record<string, unknown>, context: RequestContext) => Promise<Data>;

/** Asks a subgraph of this process. */
export function askLocally({ schema }: Subgraph): AskSubgraph {
  const documents = new Map<string, DocumentNode>();
  return async <Data>(query: string, variables: Record<string, unknown>, context: RequestContext) => {
    let document = documents.get(query);
    if (!document) documents.set(query, (document = parse(query, { noLocation: true })));
    const { data, errors } = await execute({ schema, document, variableValues: variables, contextValue: context });
    if (errors) throw errors[0]!.originalError ?? errors[0]!;
    return data as Data;
  };
}
