/** The copies that Neo4j has of this database. */
import type { Database } from '#platform/database/index.ts';
import type { Neo4j } from '../graph/neo4j/connection.ts';
import { listGenerations, type Generation } from '../graph/neo4j/generations.ts';
import { readHead, type Head, type Positions } from '../store/changes.ts';

export type Copies = {
  /** At most one. It answers. */
  serving: Generation | undefined;
  /** The newest first. */
  others: Generation[];
  /** Of a later state than the database is in: it was restored from a backup. They are no use. */
  ahead: Generation[];
  /** How many there are of other databases. */
  foreign: number;
  head: Head;
};

/** `head`: as it was after the copy was looked at. Before, the facts may just have gone on, and the copy with them. */
export const isAhead = ({ assets, columns, edges }: Positions, head: Head): boolean =>
  [assets, columns, edges].some(({ revision }) => revision > head.revision);

export async function findCopies(neo4j: Neo4j, sql: Database): Promise<Copies> {
  const all = await listGenerations(neo4j);
  // Read afterwards: what a copy has come to by then the facts have, too.
  const head = await readHead(sql);
  const own = all.filter(({ epoch }) => epoch === head.epoch).sort((a, b) => b.number - a.number);
  const good = own.filter((each) => !isAhead(each, head));
  const serving = good.find(({ isServing }) => isServing);
  return {
    serving,
    others: good.filter((each) => each !== serving),
    ahead: own.filter((each) => isAhead(each, head)),
    foreign: all.length - own.length,
    head,
  };
}
