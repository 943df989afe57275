/** An identity subgraph on a fresh database, with a clock that the test moves and an administrator who is signed in. */
import { graphql, type ExecutionResult } from 'graphql';
import { pino } from 'pino';
import type { RoleAssignment, Viewer } from '#platform/auth/viewer.ts';
import type { Database } from '#platform/database/index.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { newId } from '#platform/ids.ts';
import { observe } from '#platform/testing/observedFields.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { createIdentity, type Identity } from '../index.ts';

export const PASSWORD = 'correct horse battery';

/** JSON whose shape the test's own query or event says. */
type Json = ReturnType<JSON['parse']>;

type Answer = { data: Json; codes: string[]; errors: ExecutionResult['errors'] };

export type TestIdentity = {
  identity: Identity;
  database: Database;
  test: TestDatabase;
  clock: { advance(milliseconds: number): void; now(): Date };
  /** Lines of the log, to look for secrets in. */
  logged: string[];
  administrator: Viewer;
  run(source: string, options?: { as?: Viewer | null; variables?: Record<string, unknown>; context?: RequestContext }): Promise<Answer>;
  /** A user with these roles over everything or a scope, and PASSWORD, as a viewer without a session. */
  addUser(email: string, roles?: Partial<RoleAssignment>[], password?: string): Promise<Viewer>;
  /** The events written after an outbox id, oldest first. */
  eventsSince(id?: number): Promise<{ id: number; type: string; subject: string | null; actorId: string | null; data: Json }[]>;
};

export async function createTestIdentity(): Promise<TestIdentity> {
  const test = await createTestDatabase();
  const database = test.connect('identity');
  let time = Date.parse('2026-03-01T12:00:00.000Z');
  const logged: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
  const now = (): Date => new Date(time);
  const identity = createIdentity({ database, rootKey: test.location.rootKey, logger, now });
  const first = await identity.createFirstAdministrator({ email: 'ada@example.com', password: PASSWORD });
  if (!first) throw new Error('A fresh database has no users');
  const [{ id }] = (await database`select id from identity.users`) as unknown as [{ id: string }];
  const administrator: Viewer = { userId: id, sessionId: null, roles: [{ role: 'ADMIN', sourceId: null, domainId: null }] };

  const run: TestIdentity['run'] = async (source, { as = administrator, variables, context } = {}) => {
    const contextValue = context ?? { viewer: as, requestId: newId(), address: '127.0.0.1' };
    const result = await graphql({ schema: identity.subgraph.schema, source, variableValues: variables, contextValue });
    observe(identity.subgraph.schema, source, result.data);
    const codes = (result.errors ?? []).map((error) =>
      String((error.originalError as { code?: string } | undefined)?.code ?? error.message),
    );
    return { data: result.data, codes, errors: result.errors };
  };

  return {
    identity,
    database,
    test,
    clock: { advance: (milliseconds) => void (time += milliseconds), now },
    logged,
    administrator,
    run,
    async addUser(email, roles = [], password = PASSWORD) {
      const input = { email, name: email.split('@')[0], password, roles: roles.map((assignment) => ({ role: 'READER', ...assignment })) };
      const { data, errors } = await run('mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }', {
        variables: { input },
      });
      if (errors) throw new Error(errors.join());
      const full = roles.map((assignment): RoleAssignment => ({ role: 'READER', sourceId: null, domainId: null, ...assignment }));
      return { userId: data.createUser.user.id, sessionId: null, roles: full };
    },
    async eventsSince(after = 0) {
      return await test.owner`select id, type, subject, actor_id, data from events.outbox where id > ${after} order by id`;
    },
  };
}
