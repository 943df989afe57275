/** What a socket's `subscribe` messages ask for, under the rules and limits of operations over HTTP. */
import {
  getOperationAST,
  getVariableValues,
  GraphQLError,
  OperationTypeNode,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { LRUCache } from 'lru-cache';
import { requireReader } from '#platform/auth/viewer.ts';
import { unnamedOperation } from '../errors.ts';
import { checkOperation } from '../limits/index.ts';
import { limitSelections } from '../limits/selectionCount.ts';
import { MAX_TOKENS } from '../limits/tokens.ts';
import { createPlan, type Plan } from './plan.ts';
import type { Subscriber } from './subscribers.ts';

const MOST_DOCUMENTS = 1_000;
const MOST_TEXT = 8_000_000;
const MOST_VARIABLE_ERRORS = 50;

type Checked = { document: DocumentNode } | { errors: readonly GraphQLError[] };

/** Several errors of one operation, all to be told. */
export class Refused extends Error {
  readonly errors: readonly GraphQLError[];
  constructor(errors: readonly GraphQLError[]) {
    super(errors[0]?.message);
    this.errors = errors;
  }
}

const withCode = (error: GraphQLError, code: string): GraphQLError =>
  new GraphQLError(error.message, {
    nodes: error.nodes,
    source: error.source,
    positions: error.positions,
    path: error.path,
    originalError: error.originalError,
    extensions: { ...error.extensions, code },
  });

export type ParsedOperation = { document: DocumentNode; operation: OperationDefinitionNode };

/** Throws GraphQLError for what is no GraphQL. */
export function parseOperation({ query, operationName }: SubscribePayload): ParsedOperation {
  let document: DocumentNode;
  try {
    document = parse(query, { maxTokens: MAX_TOKENS });
  } catch (error) {
    throw error instanceof GraphQLError ? withCode(error, 'GRAPHQL_PARSE_FAILED') : error;
  }
  const operation = getOperationAST(document, operationName);
  if (!operation) throw unnamedOperation();
  return { document, operation };
}

export const isSubscription = ({ operation }: OperationDefinitionNode): boolean => operation === OperationTypeNode.SUBSCRIPTION;

export type PlanSubscription = (payload: SubscribePayload, parsed: ParsedOperation, subscriber: Subscriber) => Plan;

/** Validates, checks and charges a subscription: what it throws is for the client. */
export function createPlanner(schema: GraphQLSchema, charge: (subscriber: Subscriber, cost: number) => void): PlanSubscription {
  const validated = new LRUCache<string, Checked>({
    max: MOST_DOCUMENTS,
    maxSize: MOST_TEXT,
    sizeCalculation: (_, query) => query.length || 1,
  });

  function validateOnce(query: string, document: DocumentNode): DocumentNode {
    let checked = validated.get(query);
    if (!checked) validated.set(query, (checked = check(document)));
    if ('errors' in checked) throw new Refused(checked.errors);
    return checked.document;
  }

  function check(document: DocumentNode): Checked {
    let errors: readonly GraphQLError[];
    try {
      errors = validate(schema, document, [...specifiedRules, limitSelections]);
    } catch (error) {
      // graphql-js throws for a condition at the root whose variable it does not know yet.
      if (!(error instanceof GraphQLError)) throw error;
      errors = [error];
    }
    return errors.length > 0 ? { errors: errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')) } : { document };
  }

  return ({ query, variables: given }, parsed, subscriber) => {
    const document = validateOnce(query, parsed.document);
    const operation = getOperationAST(document, parsed.operation.name?.value)!;
    requireReader(subscriber.viewer);
    const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], given ?? {}, {
      maxErrors: MOST_VARIABLE_ERRORS,
    });
    if (errors) throw new Refused(errors);
    const cost = checkOperation({ schema, document, operation, viewer: subscriber.viewer, variables: given ?? {} });
    const plan = createPlan(schema, document, operation, { given: given ?? {}, variables: coerced });
    charge(subscriber, cost);
    return plan;
  };
}
