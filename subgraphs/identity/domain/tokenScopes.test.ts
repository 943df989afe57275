import { describe, expect, it } from 'vitest';
import type { Role, RoleAssignment } from '#platform/auth/viewer.ts';
import { narrowRoles, readScopes } from './tokenScopes.ts';

const over = (role: Role, sourceId: string | null = null, domainId: string | null = null): RoleAssignment => ({ role, sourceId, domainId });

describe('what a token may do', () => {
  it.each<[Role, Record<Role, Role | null>]>([
    ['ADMIN', { ADMIN: 'ADMIN', STEWARD: 'STEWARD', READER: 'READER', INGESTOR: 'INGESTOR' }],
    ['STEWARD', { ADMIN: 'STEWARD', STEWARD: 'STEWARD', READER: 'READER', INGESTOR: null }],
    ['READER', { ADMIN: 'READER', STEWARD: 'READER', READER: 'READER', INGESTOR: null }],
    ['INGESTOR', { ADMIN: null, STEWARD: null, READER: null, INGESTOR: 'INGESTOR' }],
  ])('is what both its owner, %s, and the scope allow', (role, expected) => {
    for (const [scope, both] of Object.entries(expected)) {
      expect(narrowRoles([over(role)], [scope as Role]), scope).toEqual(both ? [over(both)] : []);
    }
  });

  it('is over what the owner’s role is over, for each role and scope once', () => {
    const roles = [over('ADMIN', 'a'), over('READER', 'a'), over('STEWARD', null, 'd'), over('INGESTOR')];
    expect(narrowRoles(roles, ['READER', 'INGESTOR'])).toEqual([
      over('READER', 'a'),
      over('INGESTOR', 'a'),
      over('READER', null, 'd'),
      over('INGESTOR'),
    ]);
    expect(narrowRoles([], ['ADMIN'])).toEqual([]);
    expect(narrowRoles(roles, [])).toEqual([]);
  });
});

describe('scopes', () => {
  it('are names of roles, each once', () => {
    expect(readScopes(['STEWARD', 'READER', 'STEWARD'], 'input.scopes')).toEqual(['STEWARD', 'READER']);
  });

  it.each([[[]], [['reader']], [['READER', 'OWNER']], [['']], [['\0']]])('are refused as %j, with what is possible', (scopes) => {
    expect(() => readScopes(scopes, 'input.scopes')).toThrow(
      expect.objectContaining({
        code: 'BAD_USER_INPUT',
        message: expect.stringContaining('ADMIN, STEWARD, READER, INGESTOR'),
        details: { field: 'input.scopes', possible: ['ADMIN', 'STEWARD', 'READER', 'INGESTOR'] },
      }),
    );
  });
});
