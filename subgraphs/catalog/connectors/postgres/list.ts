/** The names of the tables and views of a server, one database after the other. */
import type { ListItem, ReadOptions } from '../types.ts';
import { databaseNames, resolveTarget, type PostgresConfig } from './config.ts';
import { openCursor } from './cursors.ts';
import { upstream } from './explain.ts';
import { relationNames, type NameRow } from './queries.ts';
import { connect, listDatabases } from './read.ts';

const BATCH = 5000;

export async function* list(
  config: PostgresConfig,
  { skipContainers, signal }: Pick<ReadOptions, 'skipContainers' | 'signal'>,
): AsyncGenerator<ListItem, void, undefined> {
  const target = resolveTarget(config);
  const options = { signal, faults: new Set<string>() };
  const wanted = databaseNames(config);
  const names = (wanted.includes('*') ? await listDatabases(target, options) : wanted).filter((name) => !skipContainers.has(name));
  for (const [index, container] of names.entries()) {
    try {
      const session = await connect(target, container, options);
      try {
        await session.begin();
        const rows = openCursor<NameRow>(session, 'relations', relationNames, BATCH);
        for (let batch = await rows.next(); batch; batch = await rows.next()) {
          for (const [schema, name] of batch) yield { type: 'relation', container, schema, name };
        }
      } finally {
        await session.close();
      }
    } catch (error) {
      signal.throwIfAborted();
      if (names.length === 1 && index === 0) throw upstream(error, target, container);
      yield { type: 'unreachable', container };
    }
  }
}
