/** The test server's databases, for what commands do as well in a server of their own. */
import type { Databases } from '#deploy/testing/databases.ts';
import { createEmptyDatabase, createTestDatabase } from '#platform/testing/database.ts';

export function testDatabases(): Databases & { drop(): Promise<void> } {
  const made: { drop(): Promise<void> }[] = [];
  return {
    async createDatabase() {
      const database = await createTestDatabase();
      made.push(database);
      return database.location;
    },
    async createEmptyDatabase() {
      const database = await createEmptyDatabase();
      made.push(database);
      return database;
    },
    async drop() {
      for (const database of made) await database.drop();
    },
  };
}
