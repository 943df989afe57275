/** Names of consumers that other parts than their own know of. */

/** Lineage's, which feeds its graph. The router waits for it before it tells of what changes the graph. */
export const LINEAGE_GRAPH = 'lineage.graph';

/** The copy of it in Neo4j, where there is one: told for the metrics. */
export const LINEAGE_NEO4J = 'lineage.neo4j';

/** Takes labels into catalog's tables, which the copy of its documents in Meilisearch waits for. */
export const CATALOG_LABELS = 'catalog.labels';

/** That copy, where there is one. */
export const CATALOG_MEILISEARCH = 'catalog.search.meilisearch';
