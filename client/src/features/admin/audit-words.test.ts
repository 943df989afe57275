import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { detailOf, subjectOf, type AuditNames } from './audit-words';

const names: AuditNames = {
  sources: new Map([['s', 'shop']]),
  domains: new Map([['d', 'Sales']]),
  users: new Map([['u', 'Ada']]),
};
const asset = { namespace: 'postgres://shop:5432', name: 'shop.sales.orders', kind: 'TABLE' };

describe('the subject of an event', () => {
  it.each([
    ['asset.updated', { ...asset, version: 2, changes: [] }, 'sales.orders', '/assets/x'],
    ['classification.suggested', { ...asset, changes: [] }, 'sales.orders', '/assets/x'],
    ['lineage.changed', asset, 'sales.orders', '/lineage/x'],
    ['policy.published', { name: 'Owners' }, 'Owners', '/policies/x'],
    ['policy.violated', { ...asset, column: 'email', policyName: 'Owners' }, 'sales.orders.email', '/violations?tab=all&violation=x'],
    ['scan.completed', { status: 'COMPLETED' }, 'Run', '/runs/x'],
    ['team.created', { name: 'Data office' }, 'Data office', '/admin/users?tab=teams&team=x'],
    ['source.registered', { name: 'Shop' }, 'Shop', '/sources/x'],
    ['source.removed', { name: 'Shop' }, 'Shop', null],
    ['term.removed', { name: 'Order' }, 'Order', null],
    ['token.created', { name: 'nightly' }, 'nightly', null],
    ['event.erased', { type: 'token.created' }, 'Event', '/admin/audit?event=x'],
    ['asset.created', {}, 'Asset', '/assets/x'],
    ['something.new', {}, 'Something', null],
  ])('of %s is named, and leads to its page', (type, data, text, href) => {
    expect(subjectOf({ type, subject: 'x', data }, names)).toEqual({ text, href });
  });

  it('is a user by the name of now, else by the one that the event tells', () => {
    expect(subjectOf({ type: 'identity.signedIn', subject: 'u', data: {} }, names)).toEqual({ text: 'Ada', href: '/admin/users?user=u' });
    expect(subjectOf({ type: 'identity.userCreated', subject: 'v', data: { email: 'b@c.de' } }, names).text).toBe('b@c.de');
    expect(subjectOf({ type: 'identity.signedIn', subject: 'v', data: {} }, names).text).toBe('User');
    expect(subjectOf({ type: 'identity.userErased', subject: 'u', data: {} }, names).href).toBeNull();
    expect(subjectOf({ type: 'identity.signInFailed', subject: null, data: {} }, names)).toEqual({ text: '', href: null });
  });
});

describe('what an event says', () => {
  const said = (type: string, data: unknown) => detailOf({ type, data }, names);

  it('is a sentence for each type', () => {
    const changes = ['/description', '/tags', '/columns/email/description', '/columns/a~1b', '/columns/email'].map((path) => ({ path }));
    expect(said('asset.updated', { ...asset, version: 4, changes })).toBe('Changed description, tags, 2 columns: version 4');
    expect(said('policy.updated', { version: 2, changes: [{ path: '/ruleType' }, { path: '/scope' }] })).toBe(
      'Changed rule, scope: version 2',
    );
    expect(said('asset.updated', { version: 5, changes: [{ path: '/columns/a~1b' }] })).toBe('Changed column a/b: version 5');
    expect(said('policy.published', { version: 2, ruleType: 'ownerRequired', severity: 'ERROR' })).toBe(
      'In force as version 2: rule ownerRequired, severity error',
    );
    expect(said('scan.started', { sourceId: 's', scanId: null })).toBe('Started on shop');
    expect(said('scan.completed', { added: 3, changed: 0, removed: 1, warnings: 2 })).toBe('Completed: 3 added, 1 removed, 2 warnings');
    expect(said('team.updated', { name: 'A', changes: [{ path: '/members/u' }, { path: '/members/v' }] })).toBe('Changed members');
    expect(said('token.created', { scopes: ['READER'], expiresAt: null })).toBe('Created for READER, without an end');
    const roles = {
      before: [],
      after: [
        { role: 'STEWARD', sourceId: 's' },
        { role: 'READER', domainId: 'd' },
      ],
    };
    expect(said('identity.rolesChanged', roles)).toBe('Roles from no role to Steward of shop, Reader of the domain Sales');
    const labels = ['EMAIL', 'PHONE', 'CITY', 'AGE'].map((label) => ({ label, column: 'a' }));
    expect(said('classification.confirmed', { ...asset, changes: labels })).toBe('Confirmed EMAIL on a, PHONE on a, CITY on a and 1 more');
  });

  it('is told of each type that the platform has', () => {
    const types = readFileSync(new URL('../../../../platform/events/types.ts', import.meta.url), 'utf8').split(
      'export type EventData = {',
    )[1]!;
    const known = [...types.split('\n};')[0]!.matchAll(/^  '([a-z]+\.[A-Za-z]+)':/gm)].map(([, type]) => type!);
    expect(known.length).toBeGreaterThan(40);
    expect(known.filter((type) => said(type, { fault: 'Broken' }) === '')).toEqual([]);
  });

  it('is that there is nothing left where a person was erased, and nothing of what it does not know', () => {
    expect(said('token.created', {})).toBe('Its data was erased');
    expect(said('identity.userErased', {})).toBe('Erased');
    expect(said('something.new', { name: 'x' })).toBe('');
    expect(said('asset.updated', { changes: 'no list' })).toBe('Changed nothing that is told');
  });
});
