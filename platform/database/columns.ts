/** Column types that the tables of every subgraph share. */
import { customType, timestamp } from 'drizzle-orm/pg-core';

export const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
/** Text that compares byte by byte: keyset pages are the same on every server, and indexes serve prefixes. */
export const exactText = customType<{ data: string }>({ dataType: () => 'text collate "C"' });
export const moment = (name: string) => timestamp(name, { precision: 3, withTimezone: true });
