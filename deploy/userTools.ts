/** What an operator does with users beside the product that runs, or without it. */
import { checkRootKey } from '#platform/auth/routerKeys.ts';
import { eraseMentions } from '#platform/database/eraseMentions.ts';
import { connect, type Database } from '#platform/database/index.ts';
import { roleUrl, type DatabaseLocation, type Part } from '#platform/database/roles.ts';
import { CannotStart } from '#platform/errors.ts';
import { eraseEvents, listBehind } from '#platform/events/erasure.ts';
import { takeOwnershipFrom } from '#subgraphs/catalog/domain/formerOwners.ts';
import { forgetText } from '#subgraphs/catalog/search/indexer.ts';
import { createErasure } from '#subgraphs/identity/domain/erasure.ts';
import { locateDatabase, withPool } from './database.ts';
import { forgetText as forgetInNeo4j, type Place } from './lineageTools.ts';
import { MIGRATION_FOLDERS } from './migrations.ts';
import { openIndexes } from './searchTools.ts';

/** What stands where the address was. */
const REPLACEMENT = '[erased]';
/** Somebody may be writing the address again and again: that has to end by other means. */
const ROUNDS = 5;
const SCHEMAS = [...MIGRATION_FOLDERS.map(({ schema }) => schema), 'graphile_worker'];

export type ErasedUser = {
  userId: string;
  assets: number;
  sources: number;
  events: number;
  /** Rows of tables that had the address in some text. */
  rows: number;
  /** Events that some consumer has yet to read. With any, the address is not gone, and the erasure is to be repeated. */
  waiting: number;
  /** These consumers. */
  behind: string[];
};

export type ErasureOptions = {
  /** Asked before anything is changed; throws to leave everything as it is. */
  confirm: (user: { email: string; name: string; isBegun: boolean }) => Promise<void>;
  onProgress: (what: string, progress: { done: number; total: number }) => void;
  /** How long consumers are waited for that have yet to read what is to be erased. */
  patienceMs?: number;
};

/**
 * Erases a user. Ended anywhere, the same call goes on. Throws CannotStart where the database cannot be used, NOT_FOUND for an address that
 * nobody has, CONFLICT for the last administrator, and Upstream where Neo4j or Meilisearch is set and away.
 */
export async function eraseUser(
  place: Place,
  email: string,
  { confirm, onProgress, patienceMs = 30_000 }: ErasureOptions,
): Promise<ErasedUser> {
  const location = await locateDatabase(place.ownerUrl, place.rootKey);
  await withPool(place.ownerUrl, async (owner) => {
    const [there] = await owner`
      select from information_schema.columns where table_schema = 'identity' and table_name = 'users' and column_name = 'erased_at'`;
    if (!there) throw new CannotStart('The database is not of this version of PurSight. Start PurSight once, which brings it there.');
    await checkRootKey(owner, place.rootKey);
  });
  return await withPools(location, async ({ identity, catalog, events, owner }) => {
    const erasure = createErasure({ database: identity, rootKey: place.rootKey });
    const user = await erasure.find(email);
    await confirm({ email: user.email, name: user.name, isBegun: user.erasedAt !== null });
    await erasure.begin(user);
    const owned = await takeOwnershipFrom(catalog, user.id);
    const person = { userId: user.id, address: user.email, replacement: REPLACEMENT };

    let rows = 0;
    let count = 0;
    // What consumers made of events before they were erased is in the tables; what was changed while those were looked through, in events again.
    for (let round = 0, changed = 1; changed > 0 && round < ROUNDS; round++, rows += changed) {
      const told = await eraseEvents({ sql: events, person, patienceMs, onProgress: (progress) => onProgress('events', progress) });
      count += told.erased;
      if (told.waiting > 0)
        return { userId: user.id, ...owned, events: count, rows, waiting: told.waiting, behind: await listBehind(events) };
      changed = await eraseMentions({
        sql: owner,
        schemas: SCHEMAS,
        // Events are erased by what they are; the address itself goes last.
        isLeft: (table, column) => ['events.log', 'events.outbox'].includes(table) || (table === 'identity.users' && column === 'email'),
        address: user.email,
        replacement: REPLACEMENT,
        onProgress: (progress) => onProgress('tables', progress),
      });
    }
    await forgetText(catalog, await openIndexes(place.settings, catalog), user.email);
    await forgetInNeo4j(place, user.email);
    await erasure.finish(user);
    return { userId: user.id, ...owned, events: count, rows, waiting: 0, behind: [] };
  });
}

type Pools = Record<'identity' | 'catalog' | 'events' | 'owner', Database>;

/** A statement may look through a whole table: none is cut off. */
async function withPools<Result>(location: DatabaseLocation, work: (pools: Pools) => Promise<Result>): Promise<Result> {
  const open = (url: string): Database => connect({ url, name: 'user tools', max: 2, statementTimeoutMs: 0 });
  const openPart = (part: Part): Database => open(roleUrl(location, part));
  const pools = {
    identity: openPart('identity'),
    catalog: openPart('catalog'),
    events: openPart('events'),
    owner: open(location.ownerUrl),
  };
  try {
    return await work(pools);
  } finally {
    await Promise.all(Object.values(pools).map((sql) => sql.end({ timeout: 5 })));
  }
}
