import { expect, it } from 'vitest';
import { newId } from '#platform/ids.ts';
import type { OwnerFacts } from '../facts.ts';
import { assetFacts } from '../testing/facts.ts';
import { ownerRequired } from './ownerRequired.ts';

const user = (role: OwnerFacts['role']): OwnerFacts => ({ userId: newId(), teamId: null, role });
const team = (role: OwnerFacts['role']): OwnerFacts => ({ userId: null, teamId: newId(), role });
const finds = (owners: OwnerFacts[], params: { role?: OwnerFacts['role'] } = {}): number =>
  ownerRequired.check(assetFacts({ owners }), params).length;

it('finds an asset that nobody owns', () => {
  expect(finds([])).toBe(1);
  expect(finds([], { role: 'STEWARD' })).toBe(1);
});

it('is content with any owner, user or team, in any role', () => {
  expect(finds([user('EXPERT')])).toBe(0);
  expect(finds([team('OWNER')])).toBe(0);
});

it('looks for the role that it is told', () => {
  expect(finds([user('OWNER'), team('EXPERT')], { role: 'STEWARD' })).toBe(1);
  expect(finds([user('OWNER'), team('STEWARD')], { role: 'STEWARD' })).toBe(0);
});

it('takes no other parameters', () => {
  expect(ownerRequired.paramsSchema.safeParse({ role: 'BOSS' }).success).toBe(false);
  expect(ownerRequired.paramsSchema.safeParse({ rôle: 'OWNER' }).success).toBe(false);
  expect(ownerRequired.paramsSchema.safeParse({}).success).toBe(true);
});
