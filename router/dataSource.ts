/** Executes the gateway's sub-queries on a subgraph within this process. */
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

/** Where a failure of the whole sub-query shows in the answer: at its root field, if that is one field of the client's operation. */
function rootPath(document: DocumentNode): string[] | undefined {
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const [field, ...others] = operation?.selectionSet.selections ?? [];
  if (field?.kind !== Kind.FIELD || others.length > 0 || field.name.value === '_entities') return undefined;
  return [field.alias?.value ?? field.name.value];
}

/**
 * The text of a sub-query is the gateway's own, so it is parsed once and not validated. Errors leave here with their
 * code and details, since the gateway passes on nothing else. A fault `subgraph:<name>` makes every sub-query fail.
 */
export function createInProcessDataSource(deps: {
  subgraph: Subgraph;
  faults: ReadonlySet<string>;
  logger: Logger;
}): GraphQLDataSource<RequestContext> {
  const { name, schema } = deps.subgraph;
  const logger = deps.logger.child({ subgraph: name });
  const documents = new LRUCache<string, DocumentNode>({ max: MOST_DOCUMENTS });

  function parsed(query: string): DocumentNode {
    let document = documents.get(query);
    if (!document) documents.set(query, (document = parse(query, { noLocation: true })));
    return document;
  }

  async function run(
    document: DocumentNode,
    variables: Record<string, unknown> | undefined,
    context: RequestContext,
  ): Promise<ExecutionResult> {
    if (deps.faults.has(`subgraph:${name}`)) {
      throw new Upstream(`The ${name} subgraph does not answer. What it does not own is still served.`, {
        system: name,
        check: `Whether the ${name} subgraph runs; GET /health/ready tells.`,
      });
    }
    return whileWanted(context.signal, async () => execute({ schema, document, variableValues: variables, contextValue: context }));
  }

  return {
    async process({ request, context }) {
      const requestContext = context as RequestContext;
      const render = (error: unknown): GraphQLError => {
        const { message, path, extensions } = renderError(error, { requestId: requestContext.requestId, logger });
        return new GraphQLError(message, { path, extensions });
      };
      const document = parsed(request.query ?? '');
      try {
        const { data, errors } = await run(document, request.variables, requestContext);
        return { data, errors: errors?.map(render) };
      } catch (error) {
        const cause = error instanceof Error ? error : new Error(String(error));
        return { data: null, errors: [render(new GraphQLError(cause.message, { originalError: cause, path: rootPath(document) }))] };
      }
    },
  };
}
