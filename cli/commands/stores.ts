/** The stores that are fed from the database, which is the truth: comparing them with it, and making them anew. */
import type { Compared, Rebuilt } from '#deploy/lineageTools.ts';
import type { AddCommands, CommandContext } from '../context.ts';
import { CliError, EXIT } from '../errors.ts';
import { printJson, printLine, printTable } from '../output.ts';
import { reaching } from '../reaching.ts';
import { findServerDatabase } from '../serverDatabase.ts';
import { drawBar, drawLine } from '../terminal.ts';

const MOST = 1_000;

/** No other command waits for what these need. */
const loadTools = () => import('#deploy/lineageTools.ts');

export const addStoreCommands: AddCommands = (program, context) => {
  program
    .command('rebuild')
    .description('make anew what is derived from the database, while PurSight goes on (needs the database, not the API)')
    .helpCommand(false)
    .command('lineage')
    .description(
      'with NEO4J_URL: fills Neo4j anew beside what serves, and switches. Without: opens and closes flows so that they are what sources reported',
    )
    .option('--remove-others', 'also remove what Neo4j has of other databases (a PurSight that still uses one fills it again)')
    .action(({ removeOthers = false }: { removeOthers?: boolean }, command) => rebuild(context(command), removeOthers));
  program
    .command('drift')
    .description('compare what is derived from the database with it (needs the database, not the API)')
    .helpCommand(false)
    .command('lineage')
    .description(
      'with NEO4J_URL: each node and flow of Neo4j. Without: the flows that are open with what sources reported. Exit code 1 where they differ',
    )
    .option('--limit <count>', `differences to print, at most ${MOST}`, '20')
    .action(({ limit }: { limit: string }, command) => drift(context(command), limit));
};

async function rebuild({ terminal, json }: CommandContext, removeForeign: boolean): Promise<void> {
  const place = findServerDatabase();
  const { rebuildLineage } = await loadTools();
  const rebuilt = await reaching(() =>
    rebuildLineage(place, {
      removeForeign,
      onProgress: ({ copied, total }) => drawLine(terminal, `lineage  ${drawBar(copied, total)}  rows`),
    }).finally(() => drawLine(terminal, '')),
  );
  if (json) printJson(terminal, rebuilt);
  else printLine(terminal, sentenceOf(rebuilt));
}

function sentenceOf(rebuilt: Rebuilt): string {
  if (rebuilt.store === 'neo4j') {
    const { rows, removed, leaving, foreign } = rebuilt;
    const old = removed > 0 ? `, and ${count(removed, 'older copy', 'older copies')} removed` : '';
    const rest =
      leaving > 0 ? ` A worker, which is removing others, has yet to remove ${count(leaving, 'older copy', 'older copies')}.` : '';
    const others =
      foreign > 0 ? ` It also has ${count(foreign, 'copy', 'copies')} of other databases, left alone (--remove-others removes them).` : '';
    return `Neo4j was filled anew with ${count(rows, 'row', 'rows')} of lineage${old}.${rest}${others}`;
  }
  const { opened, closed, assets, flows } = rebuilt;
  const changes = opened + closed > 0 ? `${count(opened, 'flow', 'flows')} opened, ${closed} closed` : 'nothing had to be changed';
  return `Lineage is read from PostgreSQL (there is no NEO4J_URL). It is as the sources reported: ${changes} (${count(assets, 'asset', 'assets')}, ${count(flows, 'flow', 'flows')}).`;
}

async function drift({ terminal, json }: CommandContext, limit: string): Promise<void> {
  const most = Number(limit);
  if (!Number.isInteger(most) || most < 1 || most > MOST) throw new CliError(`--limit takes a number from 1 to ${MOST}.`, EXIT.usage);
  const place = findServerDatabase();
  const { compareLineage } = await loadTools();
  const found = await reaching(() =>
    compareLineage(place, most, (compared) => drawLine(terminal, `lineage  ${compared} compared`)).finally(() => drawLine(terminal, '')),
  );
  if (json) printJson(terminal, found);
  else {
    if (found.count > 0) printTable(terminal, ['WHAT', 'KIND', 'NAME', 'DIFFERENCE'], found.differences.map(toLine));
    printLine(terminal, sumUp(found));
  }
  if (found.count > 0) throw new CliError('Lineage is not what it should be. To make it anew: npx pursight rebuild lineage');
}

const toLine = ({ what, kind, about, fields }: Compared['differences'][number]): string[] => [
  what,
  kind,
  about,
  Object.entries(fields)
    .map(([name, { fact, copy }]) => `${name}: ${copy} instead of ${fact}`)
    .join(', '),
];

function sumUp({ count: differences, compared: { assets, columns, jobs, runs, flows }, differences: told, pending = 0 }: Compared): string {
  const parts = [
    count(assets, 'asset', 'assets'),
    columns !== undefined && count(columns, 'column', 'columns'),
    jobs !== undefined && count(jobs, 'job', 'jobs'),
    runs !== undefined && count(runs, 'run', 'runs'),
    count(flows, 'flow', 'flows'),
  ];
  const rest = differences > told.length ? ` The first ${told.length} are shown.` : '';
  const late = pending > 0 ? ` Neo4j has yet to get ${count(pending, 'row', 'rows')}: look whether a worker runs.` : '';
  return `${count(differences, 'difference', 'differences')} (${parts.filter(Boolean).join(', ')} compared).${rest}${late}`;
}

const count = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`;
