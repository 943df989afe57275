/** The copies that Neo4j has of this database. */
import type { Database } from '#platform/database/index.ts';
import type { Neo4j } from '../graph/neo4j/connection.ts';
import { listGenerations, type Generation, type ListedGeneration } from '../graph/neo4j/generations.ts';
import { historyOf, readHead, STANDBY, type Head, type Positions } from '../store/changes.ts';

export type Copies = {
  /** At most one. It answers. */
  serving: Generation | undefined;
  /** The newest first. */
  others: Generation[];
  /** Of a later state than the database is in: it was restored from a backup. They are no use. */
  ahead: Generation[];
  /** Of another timeline of this database. Nobody has brought them on for a day: where one lives on that timeline, it keeps its own. */
  former: Generation[];
  /** Of this database and of others: nobody reads or writes them any more, and whoever was to remove them may not have come to it. */
  leaving: Generation[];
  /** How many there are of other databases that are not leaving. */
  foreign: number;
  head: Head;
};

/** `head`: as it was after the copy was looked at. Before, the facts may just have gone on, and the copy with them. */
export const isAhead = ({ assets, columns, jobs, runs, edges }: Positions, head: Head): boolean =>
  [assets, columns, jobs, runs, edges].some(({ revision }) => revision > head.revision);

const FORMER_MS = 24 * 60 * 60 * 1_000;

/**
 * What has neither been made nor brought on for a day, by the server's clock. The timeline may as well be a later one: pg_upgrade makes a
 * cluster that begins again with the first. Epochs had none once.
 */
function isFormer({ epoch, number, writtenAt }: ListedGeneration, head: Head): boolean {
  const { history, timeline } = historyOf(head.epoch);
  if (timeline === STANDBY || epoch === head.epoch || (epoch !== history && historyOf(epoch).history !== history)) return false;
  return Date.now() - Math.max(number, writtenAt) > FORMER_MS;
}

/** `list`: for who asks as requests do. */
export async function findCopies(neo4j: Neo4j, sql: Database, list = listGenerations): Promise<Copies> {
  const all = await list(neo4j);
  // Read afterwards: what a copy has come to by then the facts have, too.
  const head = await readHead(sql);
  const own = all.filter(({ epoch }) => epoch === head.epoch).sort((a, b) => b.number - a.number);
  const former = all.filter((each) => isFormer(each, head));
  const good = own.filter((each) => !isAhead(each, head));
  const serving = good.find(({ isServing }) => isServing);
  return {
    serving,
    others: good.filter((each) => each !== serving),
    ahead: own.filter((each) => isAhead(each, head)),
    former,
    leaving: all.filter(({ isLeaving }) => isLeaving),
    foreign: all.filter((each) => !each.isLeaving && each.epoch !== head.epoch && !former.includes(each)).length,
    head,
  };
}
