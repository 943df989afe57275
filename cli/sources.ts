/** Finding a source by what people call it. */
import type { Client } from './client.ts';
import { CliError } from './errors.ts';
import { listAll, type Connection } from './paging.ts';

export type SourceRow = {
  id: string;
  name: string;
  namespace: string;
  connector: { id: string };
  assetCount: number;
  lastRun: { id: string; status: string; queuedAt: string; finishedAt: string | null } | null;
};

const SOURCES = `query Sources($after: String) {
  sources(first: 100, after: $after) {
    nodes { id name namespace connector { id } assetCount lastRun { id status queuedAt finishedAt } }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const listSources = (client: Client): Promise<SourceRow[]> =>
  listAll(client, SOURCES, {}, (data: { sources: Connection<SourceRow> | null }) => data.sources);

/** By name, else by id. */
export async function getSource(client: Client, nameOrId: string): Promise<SourceRow> {
  const sources = await listSources(client);
  const found = sources.find(({ name }) => name === nameOrId) ?? sources.find(({ id }) => id === nameOrId);
  if (!found) throw new CliError(`There is no source "${nameOrId}". See which there are: npx pursight source list`);
  return found;
}
