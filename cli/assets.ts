/** Finding an asset as commands are told of it: by its id, or by namespace and name. */
import { parseMoment } from '#platform/dateTime.ts';
import type { Client } from './client.ts';
import { CliError, EXIT } from './errors.ts';

const FIND = 'query AssetId($namespace: String!, $name: String!) { assetByName(namespace: $namespace, name: $name) { id } }';

/** `name` undefined: `asset` is an id, which may be of nothing. Undefined where there is none of that name. */
export async function findAssetId(client: Client, asset: string, name: string | undefined): Promise<string | undefined> {
  if (name === undefined) return asset;
  const { assetByName } = await client.request<{ assetByName: { id: string } | null }>(FIND, { namespace: asset, name });
  return assetByName?.id;
}

export const noSuchAsset = (asset: string, name: string | undefined): CliError =>
  new CliError(
    name === undefined
      ? `There is no asset "${asset}". Give an id, or a namespace and a name; assets are found by: npx pursight search <text>`
      : `There is no asset "${name}" in ${asset}. The namespaces are listed by: npx pursight source list`,
  );

/** ISO 8601, from a day or a moment. */
export function readMoment(text: string, option: string): string {
  const moment = parseMoment(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00Z` : text);
  if (moment) return moment.toISOString();
  throw new CliError(`${option} takes a moment (2027-01-31, 2027-01-31T12:00:00Z).`, EXIT.usage);
}

export function readDepth(text: string): number {
  const depth = Number(text);
  if (!Number.isInteger(depth) || depth < 1 || depth > 20) throw new CliError('--depth takes a number from 1 to 20.', EXIT.usage);
  return depth;
}
