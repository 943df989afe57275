import { expect, it } from 'vitest';
import { canonical, changedFields, inForce, inputOf, newForm, pending, type Stored } from './editor-form';

const words = { name: 'Owners', description: null, severity: 'ERROR' as const, params: { role: 'OWNER' }, scope: { kinds: ['TABLE'] } };
const stored: Stored = { id: 'p', version: 3, status: 'PUBLISHED', ruleType: { name: 'ownerRequired' }, draft: null, ...words };

it('begins with the draft where there is one, beside what is in force', () => {
  const draft = { ...words, name: 'Owners of tables' };
  expect(pending({ ...stored, draft }).name).toBe('Owners of tables');
  expect(inForce({ ...stored, draft }).name).toBe('Owners');
  expect(pending(stored)).toEqual(inForce(stored));
});

it('knows what is different, whatever the order of fields', () => {
  const form = pending(stored);
  expect(changedFields(form, { ...form, params: { role: 'OWNER', other: undefined } })).toEqual([]);
  expect(changedFields(form, { ...form, name: 'x', scope: {} })).toEqual(['name', 'scope']);
  expect(canonical({ b: 1, a: [{ d: 1, c: 2 }] })).toBe(canonical({ a: [{ c: 2, d: 1 }], b: 1 }));
});

it('stands for a scope that it does not know as one of every asset, and for no description as none', () => {
  expect(pending({ ...stored, scope: { colour: 'red' } }).scope).toEqual({});
  expect(inputOf({ ...newForm('ownerRequired'), name: ' A ', description: '  ' })).toMatchObject({ name: 'A', description: null });
});
