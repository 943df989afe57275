/**
 * The example operations of the playground's tabs. They take their variables from the graph itself, so that each can be
 * run as it stands: `$sourceId`, `$assetId`, `$version`, `$namespace` and `$name` are those of a source and a table there.
 * Shared by the page and by the tests that execute every example; nothing of Node here.
 */
export type Example = { name: string; query: string };

/** Asked once after signing in, for the examples' variables. */
export const SAMPLE_QUERY = `query Sample {
  sources(first: 1) { nodes { id } }
  assets(first: 1, filter: { kinds: [TABLE] }) { nodes { id version namespace name } }
}`;

export type Sample = {
  sources?: { nodes: { id: string }[] } | null;
  assets?: { nodes: { id: string; version: number; namespace: string; name: string }[] } | null;
} | null;

/** The variables that this example declares without a default, as far as the sample has them. */
export function exampleVariables(query: string, sample: Sample | undefined): Record<string, unknown> {
  const asset = sample?.assets?.nodes[0];
  const values: Record<string, unknown> = {
    sourceId: sample?.sources?.nodes[0]?.id,
    assetId: asset?.id,
    version: asset?.version,
    namespace: asset?.namespace,
    name: asset?.name,
  };
  const required = [...query.matchAll(/\$(\w+): \w+!/g)].map((match) => match[1]!);
  return Object.fromEntries(required.filter((name) => values[name] !== undefined).map((name) => [name, values[name]]));
}
