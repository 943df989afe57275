/** What people call what differs. */
import type { Queryable } from '#platform/database/index.ts';
import { isId } from '#platform/ids.ts';
import { ASSET_FACTS, COLUMN_FACTS, JOB_FACTS } from '../store/changes.ts';

/** Of assets, columns and jobs by their ids; what is not known keeps its id. */
export async function findNames(sql: Queryable, ids: readonly string[]): Promise<(id: string) => string> {
  const asked = [...new Set(ids)].filter(isId);
  const columns = await COLUMN_FACTS.get(sql, asked);
  const assets = await ASSET_FACTS.get(sql, [...asked, ...columns.map(({ assetId }) => assetId)]);
  const jobs = await JOB_FACTS.get(sql, asked);
  const names = new Map([...assets, ...jobs].map(({ id, name }) => [id, name]));
  for (const { id, assetId, name } of columns) names.set(id, `${names.get(assetId) ?? assetId}.${name}`);
  return (id) => names.get(id) ?? id;
}
