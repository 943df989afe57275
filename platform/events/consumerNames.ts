/** Names of consumers that other parts than their own know of. */

/** Lineage's, which feeds its graph. The router waits for it before it tells of what changes the graph. */
export const LINEAGE_GRAPH = 'lineage.graph';
