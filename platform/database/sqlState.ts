import postgres from 'postgres';

/** SQLSTATE of a PostgreSQL error, undefined for others. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof postgres.PostgresError ? error.code : undefined;
}
