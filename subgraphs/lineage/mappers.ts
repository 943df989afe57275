/** What the resolvers of each GraphQL type get as their parent. */
/** `job` is null until there are jobs: a node is an asset. */
export type LineageNodeParent = { id: string; depth: number; unexpanded: number };
