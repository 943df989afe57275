import type { Client, Variables } from './client.ts';

export type Connection<Node> = { nodes: Node[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };

/** Every node of a list, page by page. The query takes `$after` and asks for `pageInfo { hasNextPage endCursor }`. */
export async function listAll<Data, Node>(
  client: Client,
  query: string,
  variables: Variables,
  pick: (data: Data) => Connection<Node> | null | undefined,
): Promise<Node[]> {
  const nodes: Node[] = [];
  for (let after: string | null = null; ;) {
    const page: Connection<Node> | null | undefined = pick(await client.request<Data>(query, { ...variables, after }));
    if (!page) return nodes;
    nodes.push(...page.nodes);
    if (!page.pageInfo.hasNextPage) return nodes;
    after = page.pageInfo.endCursor;
  }
}
