/** The API as clients see it: what the subgraphs compose to, and the subscriptions, which the router serves itself. */
import { readFileSync } from 'node:fs';
import { extendSchema, parse, type GraphQLSchema } from 'graphql';

const SUBSCRIPTIONS = parse(readFileSync(new URL('../../schema/subscriptions.graphql', import.meta.url), 'utf8'), { noLocation: true });

/** Adds `type Subscription` and its payloads to the schema that the gateway makes. */
export const withSubscriptions = (api: GraphQLSchema): GraphQLSchema => extendSchema(api, SUBSCRIPTIONS);
