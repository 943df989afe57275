/** What a run found, the newest first: what the catalog knows of it, and what is told live. */
export type What = 'added' | 'changed' | 'removed';
export type FoundRow = { assetId: string; at: string; what: What; kind: string; name: string; detail: string };

/** Older ones are in the catalog. */
export const MOST_FOUND = 200;

const WHATS: Readonly<Record<string, What>> = { 'asset.created': 'added', 'asset.updated': 'changed', 'asset.deleted': 'removed' };
export const whatOf = (type: string): What => WHATS[type] ?? 'changed';

type AssetLike = { createdAt: string; updatedAt: string; deletedAt?: string | null };

/** What a run did to an asset, from the asset as it is. */
export function whatOfAsset({ createdAt, deletedAt }: AssetLike, startedAt: string): What {
  if (deletedAt) return 'removed';
  return Date.parse(createdAt) >= Date.parse(startedAt) ? 'added' : 'changed';
}

/** Whether the last thing that happened to an asset is of the run. Deletions that it held may have been accepted long after its end. */
export function isOfRun(
  { updatedAt, deletedAt }: Omit<AssetLike, 'createdAt'>,
  finishedAt: string | null | undefined,
  nextAt: string | undefined,
): boolean {
  if (!finishedAt || updatedAt <= finishedAt) return true;
  return Boolean(deletedAt) && (nextAt === undefined || updatedAt < nextAt);
}

const unescape = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');

/** `/columns/email/nullable` and others of the same column → `column email`. */
export function fieldsInWords(paths: readonly string[]): string {
  const words = paths.map((path) => {
    const [first = '', second, third] = path.split('/').slice(1).map(unescape);
    if (first === 'columns' && second) return third ? `column ${second}: ${third}` : `column ${second}`;
    if (first === 'table' && second) return second;
    return first;
  });
  const unique = [...new Set(words)].filter(Boolean);
  return unique.length > 3 ? `${unique.slice(0, 2).join(', ')} and ${unique.length - 2} more` : unique.join(', ');
}

/** One row an asset, at its newest; an added one stays added when it is changed again in the same run. */
export function mergeFound(known: readonly FoundRow[], fresh: readonly FoundRow[]): FoundRow[] {
  const byAsset = new Map(known.map((row) => [row.assetId, row]));
  for (const row of fresh) {
    const before = byAsset.get(row.assetId);
    if (before && before.at > row.at) continue;
    const what = before?.what === 'added' && row.what === 'changed' ? 'added' : row.what;
    byAsset.set(row.assetId, { ...row, what, detail: row.detail || (before?.detail ?? '') });
  }
  return [...byAsset.values()].toSorted((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : a.name.localeCompare(b.name))).slice(0, MOST_FOUND);
}
