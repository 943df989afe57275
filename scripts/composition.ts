/** Composing the subgraphs' contracts into one graph, and comparing two states of what clients see of it. */
import { ApolloGateway } from '@apollo/gateway';
import { composeServices } from '@apollo/composition';
import { buildSchema, findBreakingChanges, lexicographicSortSchema, parse, printSchema, type GraphQLSchema } from 'graphql';
import { withSubscriptions } from '#router/subscriptions/schema.ts';

export type SubgraphSdl = { name: string; sdl: string };
export type Composition = { supergraph: string; api: string; remarks: string[] };

export class CompositionError extends Error {
  readonly problems: string[];
  constructor(problems: string[]) {
    super(`The subgraphs do not compose:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

const GENERATED = '# Written by `npm run compose` from the other files in this folder. Do not edit.\n';

/**
 * Throws a CompositionError on errors, and on INCONSISTENT_* hints too: an input's field that only one subgraph
 * declares vanishes from the API with nothing but such a hint.
 */
export async function composeGraph(subgraphs: readonly SubgraphSdl[]): Promise<Composition> {
  const result = composeServices(subgraphs.map(({ name, sdl }) => ({ name, url: `in-process:${name}`, typeDefs: parse(sdl) })));
  if (result.errors) {
    throw new CompositionError(result.errors.map((error) => `${error.extensions.code ?? 'ERROR'}: ${error.message}`));
  }
  const remarks = result.hints.map((hint) => `${hint.definition.code}: ${hint.message}`);
  const inconsistencies = remarks.filter((remark) => remark.startsWith('INCONSISTENT_'));
  if (inconsistencies.length > 0) throw new CompositionError(inconsistencies);
  const api = printSchema(lexicographicSortSchema(await apiSchemaOf(result.supergraphSdl)));
  return { supergraph: `${GENERATED}${result.supergraphSdl.trim()}\n`, api: `${GENERATED}${api.trim()}\n`, remarks };
}

/** What a client sees of a supergraph, as the gateway makes it: so it is also shown that the gateway loads it. */
async function apiSchemaOf(supergraphSdl: string): Promise<GraphQLSchema> {
  process.env.APOLLO_TELEMETRY_DISABLED = '1';
  const gateway = new ApolloGateway({ supergraphSdl, buildService: () => ({ process: async () => ({}) }) });
  let api: GraphQLSchema | undefined;
  gateway.onSchemaLoadOrUpdate((loaded) => (api = loaded.apiSchema));
  await gateway.load();
  await gateway.stop();
  if (!api) throw new Error('The gateway loaded no schema.');
  return withSubscriptions(api);
}

/** Changes that would break a client of the API as it was, without those that `allowed` lists (a line each, as printed here). */
export function breakingChanges(before: string, after: string, allowed: string): string[] {
  const accepted = new Set(
    allowed
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line && !line.startsWith('#')),
  );
  return findBreakingChanges(buildSchema(before), buildSchema(after))
    .map((change) => `${change.type}: ${change.description}`)
    .filter((change) => !accepted.has(change));
}
