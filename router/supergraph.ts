/** The composed graph as it is committed: `npm run compose` writes it, the gateway serves it. */
import { readFileSync } from 'node:fs';

/** Every subgraph of the graph. A new one is added here and composed. */
export const SUBGRAPH_NAMES = ['catalog', 'policy', 'lineage', 'identity', 'session'] as const;

export const SUPERGRAPH_FILE = new URL('../schema/supergraph.graphql', import.meta.url);
export const API_FILE = new URL('../schema/api.graphql', import.meta.url);

export const readSupergraph = (): string => readFileSync(SUPERGRAPH_FILE, 'utf8');
