/** A violation's message is “what is wrong. What to do.”: a list shows the first part, the details both. */
export function partsOf(message: string): { finding: string; advice: string } {
  // The last one: names and patterns before it may have a full stop of their own.
  const at = message.lastIndexOf('. ');
  return at < 0 ? { finding: message.replace(/\.$/, ''), advice: '' } : { finding: message.slice(0, at), advice: message.slice(at + 2) };
}

type Place = { path: readonly string[]; name: string };

/** From the schema on: the database stands for itself in few lists, and in the tooltip. */
export function placeOf(asset: Place, column?: { name: string } | null): string {
  const path = asset.path.length > 2 ? asset.path.slice(1) : asset.path;
  return [...(path.length > 0 ? path : [asset.name]), ...(column ? [column.name] : [])].join('.');
}

/** Beside the place the name is said twice: `The column "email" is EMAIL` → `The column is EMAIL`. */
export function shortFinding(message: string, asset: Place | null | undefined, column?: { name: string } | null): string {
  const name = column?.name ?? asset?.path.at(-1);
  const { finding } = partsOf(message);
  return name ? finding.replace(` "${name}"`, '') : finding;
}
