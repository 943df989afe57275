/** The assets looked at last, for each person of this browser: ids only, their names are asked for again by who may see them. */
const MOST = 8;
const keyOf = (viewerId: string): string => `pursight.recent.${viewerId}`;

export function listVisited(viewerId: string): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(keyOf(viewerId)) ?? '[]');
    return Array.isArray(stored) ? stored.filter((id) => typeof id === 'string').slice(0, MOST) : [];
  } catch {
    return []; // blocked or broken storage: nothing is lost but a short cut
  }
}

export function recordVisit(viewerId: string, assetId: string): void {
  try {
    const ids = [assetId, ...listVisited(viewerId).filter((id) => id !== assetId)].slice(0, MOST);
    localStorage.setItem(keyOf(viewerId), JSON.stringify(ids));
  } catch {
    // the same
  }
}
