import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgSchema, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { bytea, exactText, moment } from '#platform/database/columns.ts';
import type { Role } from '#platform/auth/viewer.ts';

export const identitySchema = pgSchema('identity');

export const users = identitySchema.table(
  'users',
  {
    id: uuid().primaryKey(),
    /** As given; compared in lower case. */
    email: text().notNull(),
    name: exactText('name').notNull(),
    /** argon2id in PHC form; null: this user cannot sign in with a password. */
    passwordHash: text('password_hash'),
    createdAt: moment('created_at').notNull(),
    /** From then on a tombstone: nobody signs in as this user, no list has it, and its name says so. The address goes last. */
    erasedAt: moment('erased_at'),
  },
  (table) => [uniqueIndex('users_email').on(sql`lower(email)`), index('users_by_name').on(table.name, table.id)],
);

/** A role over everything (both null), over one source or over one domain. */
export const roleAssignments = identitySchema.table(
  'role_assignments',
  {
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    role: text().$type<Role>().notNull(),
    sourceId: uuid('source_id'),
    domainId: uuid('domain_id'),
  },
  (table) => [
    uniqueIndex('role_assignments_one_each').on(
      table.userId,
      table.role,
      sql`coalesce(source_id, '00000000-0000-0000-0000-000000000000')`,
      sql`coalesce(domain_id, '00000000-0000-0000-0000-000000000000')`,
    ),
  ],
);

export const teams = identitySchema.table(
  'teams',
  {
    id: uuid().primaryKey(),
    name: exactText('name').notNull(),
    version: integer().notNull().default(1),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [uniqueIndex('teams_name').on(table.name)],
);

export const teamMembers = identitySchema.table(
  'team_members',
  {
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id, { onDelete: 'cascade' }),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
  },
  (table) => [primaryKey({ columns: [table.teamId, table.userId] }), index('team_members_user').on(table.userId)],
);

/** A signed-in device. The refresh token is kept as sha256 only; the one before it too, so that its reuse is noticed. */
export const sessions = identitySchema.table(
  'sessions',
  {
    id: uuid().primaryKey(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    refreshHash: bytea('refresh_hash').notNull(),
    createdAt: moment('created_at').notNull(),
    refreshedAt: moment('refreshed_at').notNull(),
    expiresAt: moment('expires_at').notNull(),
    revokedAt: moment('revoked_at'),
  },
  (table) => [index('sessions_user').on(table.userId)],
);

/** API tokens: of the secret only its sha256 is kept. */
export const apiTokens = identitySchema.table(
  'api_tokens',
  {
    id: uuid().primaryKey(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** The token that it was made with; null: made in a session. */
    parentId: uuid('parent_id'),
    name: text().notNull(),
    scopes: text().array().$type<Role[]>().notNull(),
    secretHash: bytea('secret_hash').notNull(),
    createdAt: moment('created_at').notNull(),
    expiresAt: moment('expires_at'),
    lastUsedAt: moment('last_used_at'),
    revokedAt: moment('revoked_at'),
  },
  (table) => [
    index('api_tokens_user').on(table.userId, table.createdAt, table.id),
    index('api_tokens_parent')
      .on(table.parentId)
      .where(sql`parent_id is not null`),
  ],
);

/** Ed25519 keys that sign access tokens: the public half as a JWK, the private half sealed under the root key. */
export const signingKeys = identitySchema.table('signing_keys', {
  id: uuid().primaryKey(),
  publicJwk: jsonb('public_jwk').notNull(),
  sealedPrivateJwk: bytea('sealed_private_jwk').notNull(),
  createdAt: moment('created_at').notNull(),
});

/** Failed sign-ins, for the limits; a row lives a minute. `key` is a hash of the account or the address. */
export const signInFailures = identitySchema.table(
  'sign_in_failures',
  {
    id: uuid().primaryKey(),
    key: bytea().notNull(),
    at: moment('at').notNull(),
  },
  (table) => [index('sign_in_failures_key').on(table.key, table.at)],
);

export type UserRow = typeof users.$inferSelect;
export type TeamRow = typeof teams.$inferSelect;
export type ApiTokenRow = typeof apiTokens.$inferSelect;
export type SessionRow = typeof sessions.$inferSelect;
