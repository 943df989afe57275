import type postgres from 'postgres';

/** A pool of one database role. Rows come back in camelCase, int8 as number, timestamps as Date. */
export type Database = postgres.Sql<{ bigint: number }>;
/** A transaction of a pool: takes the same templates. */
export type Transaction = postgres.TransactionSql<{ bigint: number }>;
/** What a read takes: it runs alone or within a transaction. */
export type Queryable = Database | Transaction;
