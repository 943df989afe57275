/** Example operations by task. Their files are read on the server; what they say of themselves is in their text. */
export type Example = { task: string; title: string; about: string; query: string };

/** In the order of the list; a folder that is not named here comes last, under its own name. */
const TASKS: Readonly<Record<string, string>> = {
  find: 'Find',
  lineage: 'Lineage',
  violations: 'Violations',
  live: 'Live',
  change: 'Change',
};

/** The title is the operation's name (`StartScan` → “Start scan”); what it is about is the comment above it. */
export function describeExample(task: string, query: string): Example {
  const name = /^(?:query|mutation|subscription)\s+(\w+)/m.exec(query)?.[1] ?? task;
  const words = name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
  const comment = /^(?:#.*\n)*/.exec(query)![0];
  return {
    task,
    title: words.charAt(0).toUpperCase() + words.slice(1),
    about: comment.replaceAll(/^# ?/gm, '').replaceAll(/\s+/g, ' ').trim(),
    query,
  };
}

export function groupByTask(examples: readonly Example[]): { task: string; title: string; examples: Example[] }[] {
  const order = [...new Set([...Object.keys(TASKS), ...examples.map(({ task }) => task)])];
  return order
    .map((task) => ({ task, title: TASKS[task] ?? task, examples: examples.filter((example) => example.task === task) }))
    .filter(({ examples: found }) => found.length > 0);
}

/** A source and a table of this graph, as far as there are any. */
export type Sample = {
  sources?: { nodes: readonly { id: string }[] } | null;
  assets?: { nodes: readonly { id: string; version: number; namespace: string; name: string }[] } | null;
};

/** The variables that an example declares without a default, as JSON, as far as the sample has them; nothing where there are none. */
export function exampleVariables(query: string, sample: Sample | null | undefined): string {
  const asset = sample?.assets?.nodes[0];
  const values: Readonly<Record<string, unknown>> = {
    sourceId: sample?.sources?.nodes[0]?.id,
    assetId: asset?.id,
    version: asset?.version,
    namespace: asset?.namespace,
    name: asset?.name,
  };
  const known = requiredVariables(query).filter((name) => values[name] !== undefined);
  return known.length === 0 ? '' : JSON.stringify(Object.fromEntries(known.map((name) => [name, values[name]])), null, 2);
}

export const requiredVariables = (query: string): string[] => [...query.matchAll(/\$(\w+): \w+!/g)].map((match) => match[1]!);
