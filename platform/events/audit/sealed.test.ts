import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { newId } from '../../ids.ts';
import { canonicalJson, leafOf } from '../leaf.ts';
import type { EventAttributes } from '../types.ts';
import { isOfItsLeaf, type SealedRow } from './sealed.ts';

/** A row of these values, whose JSON has its members in any order and with spaces, as jsonb gives them. */
function rowOf(data: unknown, attributes: object, changes: Partial<SealedRow> = {}): SealedRow {
  const [eventId, salt, time] = [newId(), randomBytes(16), new Date('2026-03-01T12:00:00.120Z')];
  const envelope = { eventId, type: 'asset.updated', source: 'catalog', subject: 'ä "quoted"\n', time, actorId: null };
  const leaf = leafOf({ ...envelope, attributes: attributes as EventAttributes }, salt, canonicalJson(data));
  const hash = createHash('sha256').update(leaf).digest();
  return {
    ...envelope,
    seq: 1,
    hash,
    leaf,
    salt,
    data: JSON.stringify(data, null, 1),
    attributes: JSON.stringify(attributes, null, 1),
    ...changes,
  };
}

describe('whether a leaf is of its event', () => {
  const values: [string, unknown][] = [
    ['members in any order, at any depth', { b: 1, a: [{ z: null, y: { d: 2, c: 'c' } }], '': true }],
    ['names that are numbers', { b: 1, 10: 1, 9: 2, a: { 2: 'two', 1: 'one', '01': 0 } }],
    ['a member __proto__', JSON.parse('{"b": 1, "__proto__": {"y": 1, "x": 2}, "a": 1}')],
    ['what looks like such names in a text', { b: 'say "1": or "__proto__":', a: '\\"7\\":' }],
    ['numbers in every form', [0, -0, 1e21, 1e-7, 0.1, -1.5, 123456789012345680000, 5e-324]],
    ['names beyond ASCII, in the order of their code units', { '😀': 1, ﬀ: 2, é: 3, e: 4, E: 5 }],
    ['a text, a number and an empty array alone', 'text'],
    ['nothing in it', {}],
  ];
  it.each(values)('is told as it was sealed: %s', (_name, value) => {
    const attributes = { name: 'n', ...(typeof value === 'object' && !Array.isArray(value) ? value : { labels: [value] }) };
    const row = rowOf(value, attributes);
    expect(isOfItsLeaf(row)).toBe(true);
    expect(isOfItsLeaf({ ...row, subject: null })).toBe(false);
    expect(isOfItsLeaf({ ...row, salt: randomBytes(16) })).toBe(false);
    expect(isOfItsLeaf({ ...row, data: JSON.stringify([value]) })).toBe(false);
    expect(isOfItsLeaf({ ...row, attributes: '{}' })).toBe(false);
    expect(isOfItsLeaf({ ...row, time: new Date(row.time.getTime() + 1) })).toBe(false);
    expect(isOfItsLeaf({ ...row, actorId: newId() })).toBe(false);
  });

  it('is not of one that has lost its data or its salt', () => {
    const row = rowOf({ a: 1 }, {});
    expect(isOfItsLeaf({ ...row, data: null })).toBe(false);
    expect(isOfItsLeaf({ ...row, salt: null })).toBe(false);
  });
});
