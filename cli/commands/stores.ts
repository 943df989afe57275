/** The stores that are fed from the database, which is the truth: comparing them with it, and making them anew. */
import type { Compared, Rebuilt } from '#deploy/lineageTools.ts';
import type { ComparedSearch, RebuiltSearch } from '#deploy/searchTools.ts';
import type { AddCommands, CommandContext } from '../context.ts';
import { CliError, EXIT } from '../errors.ts';
import { printJson, printLine, printTable } from '../output.ts';
import { reaching } from '../reaching.ts';
import { findServerDatabase } from '../serverDatabase.ts';
import { drawBar, drawLine } from '../terminal.ts';

const MOST = 1_000;

/** No other command waits for what these need. */
const loadTools = () => import('#deploy/lineageTools.ts');
const loadSearchTools = () => import('#deploy/searchTools.ts');

export const addStoreCommands: AddCommands = (program, context) => {
  const rebuilding = program
    .command('rebuild')
    .description('make anew what is derived from the database, while PurSight goes on (needs the database, not the API)')
    .helpCommand(false);
  rebuilding
    .command('lineage')
    .description(
      'with NEO4J_URL: fills Neo4j anew beside what serves, and switches. Without: opens and closes flows so that they are what sources reported',
    )
    .option('--remove-others', 'also remove what Neo4j has of other databases (a PurSight that still uses one fills it again)')
    .action(({ removeOthers = false }: { removeOthers?: boolean }, command) => rebuild(context(command), removeOthers));
  rebuilding
    .command('search')
    .description(
      'with MEILI_URL: fills a new index of Meilisearch beside the one that serves, and swaps. Without: the documents in PostgreSQL',
    )
    .action((_options: object, command) => rebuildSearch(context(command)));
  const drifting = program
    .command('drift')
    .description('compare what is derived from the database with it (needs the database, not the API)')
    .helpCommand(false);
  drifting
    .command('lineage')
    .description(
      'with NEO4J_URL: each node and flow of Neo4j. Without: the flows that are open with what sources reported. Exit code 1 where they differ',
    )
    .option('--limit <count>', `differences to print, at most ${MOST}`, '20')
    .action(({ limit }: { limit: string }, command) => drift(context(command), limit));
  drifting
    .command('search')
    .description('with MEILI_URL: each document of Meilisearch. Without: those in PostgreSQL. Exit code 1 where they differ')
    .option('--limit <count>', `differences to print, at most ${MOST}`, '20')
    .action(({ limit }: { limit: string }, command) => driftSearch(context(command), limit));
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

function readLimit(limit: string): number {
  const most = Number(limit);
  if (!Number.isInteger(most) || most < 1 || most > MOST) throw new CliError(`--limit takes a number from 1 to ${MOST}.`, EXIT.usage);
  return most;
}

async function drift({ terminal, json }: CommandContext, limit: string): Promise<void> {
  const most = readLimit(limit);
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

async function rebuildSearch({ terminal, json }: CommandContext): Promise<void> {
  const place = findServerDatabase();
  const { rebuildSearchIndex } = await loadSearchTools();
  const rebuilt = await reaching(() =>
    rebuildSearchIndex(place, ({ copied, total }) => drawLine(terminal, `search  ${drawBar(copied, total)}  assets`)).finally(() =>
      drawLine(terminal, ''),
    ),
  );
  if (json) printJson(terminal, rebuilt);
  else printLine(terminal, sentenceOfSearch(rebuilt));
}

function sentenceOfSearch(rebuilt: RebuiltSearch): string {
  const assets = count(rebuilt.documents, 'asset', 'assets');
  if (rebuilt.store === 'meilisearch') return `A new index of Meilisearch was filled with ${assets}, and serves.`;
  const removed = rebuilt.removed > 0 ? `; ${count(rebuilt.removed, 'document', 'documents')} of none removed` : '';
  return `Search is answered by PostgreSQL (there is no MEILI_URL). Its documents are as the tables are (${assets}${removed}).`;
}

async function driftSearch({ terminal, json }: CommandContext, limit: string): Promise<void> {
  const most = readLimit(limit);
  const place = findServerDatabase();
  const { compareSearch } = await loadSearchTools();
  const found = await reaching(() =>
    compareSearch(place, most, (compared) => drawLine(terminal, `search  ${compared} compared`)).finally(() => drawLine(terminal, '')),
  );
  if (json) printJson(terminal, found);
  else {
    if (found.count > 0) {
      const lines = found.differences.map(({ what, name, fields }) => [what, name, differenceOf(fields)]);
      printTable(terminal, ['WHAT', 'NAME', 'DIFFERENCE'], lines);
    }
    printLine(terminal, sumUpSearch(found));
  }
  if (found.count > 0) throw new CliError('Search is not what it should be. To make it anew: npx pursight rebuild search');
}

function sumUpSearch({ count: differences, compared, differences: told, pending = 0 }: ComparedSearch): string {
  const rest = differences > told.length ? ` The first ${told.length} are shown.` : '';
  const late = pending > 0 ? ` Meilisearch has yet to be told of ${count(pending, 'asset', 'assets')}: look whether a worker runs.` : '';
  return `${count(differences, 'difference', 'differences')} (${count(compared, 'asset', 'assets')} compared).${rest}${late}`;
}

const toLine = ({ what, kind, about, fields }: Compared['differences'][number]): string[] => [what, kind, about, differenceOf(fields)];

const differenceOf = (fields: Record<string, { fact: unknown; copy: unknown }>): string =>
  Object.entries(fields)
    .map(([name, { fact, copy }]) => `${name}: ${String(copy)} instead of ${String(fact)}`)
    .join(', ');

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
