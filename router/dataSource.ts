/** Executes the gateway's sub-queries, and makes what fails presentable. */
import type { GraphQLDataSource } from '@apollo/gateway';
import { execute, GraphQLError, Kind, parse, type DocumentNode, type ExecutionResult } from 'graphql';
import { LRUCache } from 'lru-cache';
import { Upstream } from '#platform/errors.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import type { Subgraph } from '#platform/graphql/subgraph.ts';
import type { Logger } from '#platform/logger.ts';
import { whileWanted } from './deadline.ts';
import { renderError } from './errors.ts';

const MOST_DOCUMENTS = 1_000;
/** Characters of their texts: the values that a client writes into its operation are in them, up to 256 KB. */
const MOST_TEXT = 8_000_000;

/** Where a failure of the whole sub-query shows in the answer: at its root field, if that is one field of the client's operation. */
function rootPath(document: DocumentNode): string[] | undefined {
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const [field, ...others] = operation?.selectionSet.selections ?? [];
  if (field?.kind !== Kind.FIELD || others.length > 0 || field.name.value === '_entities') return undefined;
  return [field.alias?.value ?? field.name.value];
}

type Deps = { faults: ReadonlySet<string>; logger: Logger };
type Variables = Record<string, unknown> | undefined;

/** Executes a sub-query somewhere; may throw. */
export type Execute = (query: string, variables: Variables, context: RequestContext) => Promise<ExecutionResult>;
/** Never throws: what fails is in `errors`, with its code and details. */
export type Answer = (query: string, variables: Variables, context: RequestContext) => Promise<Pick<ExecutionResult, 'data' | 'errors'>>;

/** Why nothing came back of a subgraph; the rest of the operation is served. */
export const createOutage = (name: string, what = 'does not answer', check = `Whether the ${name} subgraph runs`): Upstream =>
  new Upstream(`The ${name} subgraph ${what}. What it does not own is still served.`, {
    system: name,
    check: `${check}; GET /health/ready tells more.`,
  });

/**
 * Errors leave here with their code and details, since the gateway passes on nothing else. A fault `subgraph:<name>` makes
 * every sub-query fail.
 */
export function createAnswer(name: string, execute: Execute, { faults, logger }: Deps): Answer {
  const log = logger.child({ subgraph: name });
  return async (query, variables, context) => {
    const render = (error: unknown): GraphQLError => {
      const { message, path, extensions } = renderError(error, { requestId: context.requestId, logger: log });
      return new GraphQLError(message, { path, extensions });
    };
    try {
      if (faults.has(`subgraph:${name}`)) throw createOutage(name);
      const { data, errors } = await execute(query, variables, context);
      return { data, errors: errors?.map(render) };
    } catch (error) {
      const cause = error instanceof Error ? error : new Error(String(error));
      const path = rootPath(parse(query, { noLocation: true }));
      return { data: null, errors: [render(new GraphQLError(cause.message, { originalError: cause, path }))] };
    }
  };
}

/** On a subgraph in this process. The text of a sub-query is the gateway's own, so it is parsed once and not validated. */
export function createLocalAnswer({ name, schema }: Subgraph, deps: Deps): Answer {
  const documents = new LRUCache<string, DocumentNode>({
    max: MOST_DOCUMENTS,
    maxSize: MOST_TEXT,
    sizeCalculation: (_, query) => query.length || 1,
  });

  function parsed(query: string): DocumentNode {
    let document = documents.get(query);
    if (!document) documents.set(query, (document = parse(query, { noLocation: true })));
    return document;
  }

  return createAnswer(
    name,
    (query, variables, context) =>
      whileWanted(context, async () => execute({ schema, document: parsed(query), variableValues: variables, contextValue: context })),
    deps,
  );
}

/** As the gateway wants it. */
export const toDataSource = (answer: Answer): GraphQLDataSource<RequestContext> => ({
  process: ({ request, context }) => answer(request.query ?? '', request.variables, context as RequestContext),
});
