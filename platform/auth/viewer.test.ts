import { describe, expect, it } from 'vitest';
import { may, mayEverywhere, mayRead, requireEverywhere, requireReader, scopesFor, type Role, type Viewer } from './viewer.ts';

const SOURCE = 'source';
const DOMAIN = 'domain';
const viewer = (...roles: [Role, { sourceId?: string; domainId?: string }?][]): Viewer => ({
  userId: 'user',
  sessionId: null,
  roles: roles.map(([role, scope]) => ({ role, sourceId: null, domainId: null, ...scope })),
});

describe('roles', () => {
  it.each<[Role, boolean, boolean, boolean]>([
    ['READER', true, false, false],
    ['STEWARD', true, true, false],
    ['ADMIN', true, true, true],
    ['INGESTOR', false, false, false],
  ])('%s reads %s, edits %s, administers %s', (role, read, edit, administer) => {
    const everywhere = viewer([role]);
    expect([mayEverywhere(everywhere, 'read'), mayEverywhere(everywhere, 'edit'), mayEverywhere(everywhere, 'administer')]).toEqual([
      read,
      edit,
      administer,
    ]);
    const there = viewer([role, { sourceId: SOURCE }]);
    expect(may(there, 'read', { sourceId: SOURCE })).toBe(read);
    expect(may(there, 'administer', { sourceId: SOURCE })).toBe(administer);
    expect(may(there, 'read', { sourceId: 'other' })).toBe(false);
    expect(mayEverywhere(there, 'read')).toBe(false);
  });

  it('over a domain cover no source', () => {
    const there = viewer(['READER', { domainId: DOMAIN }]);
    expect(may(there, 'read', { sourceId: 'any' })).toBe(false);
    expect(scopesFor(there, 'read')).toEqual({ everything: false, sourceIds: [], domainIds: [DOMAIN] });
  });

  it('are asked for with the code and the role that would do', () => {
    expect(() => requireReader(null)).toThrow(expect.objectContaining({ code: 'UNAUTHENTICATED' }));
    expect(() => requireReader(viewer(['INGESTOR']))).toThrow(
      expect.objectContaining({ code: 'FORBIDDEN', details: { policy: 'role:READER' } }),
    );
    expect(requireReader(viewer(['READER', { domainId: DOMAIN }])).userId).toBe('user');
    expect(mayRead(viewer())).toBe(false);
    expect(() => requireEverywhere(viewer(['ADMIN', { sourceId: SOURCE }]), 'administer')).toThrow(
      expect.objectContaining({ details: { policy: 'role:ADMIN' } }),
    );
  });
});
