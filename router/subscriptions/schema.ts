/** The API as clients see it: what the subgraphs compose to, and the subscriptions, which the router serves itself. */
import { readFileSync } from 'node:fs';
import { extendSchema, parse, type GraphQLSchema } from 'graphql';

const FILE = new URL('../../schema/subscriptions.graphql', import.meta.url);
// The name alone does not make a type the root of a schema that is there already.
const SUBSCRIPTIONS = parse(`${readFileSync(FILE, 'utf8')}\nextend schema { subscription: Subscription }`, { noLocation: true });

/** Adds `type Subscription` and its payloads to the schema that the gateway makes. */
export const withSubscriptions = (api: GraphQLSchema): GraphQLSchema => extendSchema(api, SUBSCRIPTIONS);
