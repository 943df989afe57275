import { v5 } from 'uuid';
import { expect, it } from 'vitest';
import { newId } from '#platform/ids.ts';
import { columnNodeId, jobNodeId } from './nodeIds.ts';

it('makes the UUIDs of version 5 that are in the graphs of everybody', () => {
  for (const name of ['', 'email', 'E "mail"', 'größe', '名前', 'x'.repeat(1000)]) {
    for (let times = 0; times < 100; times++) {
      const id = newId();
      expect(columnNodeId(id, name)).toBe(v5(name, id));
    }
  }
  expect(columnNodeId('01a20000-0000-7000-8000-000000000000', 'id')).toBe('ee972e13-ebe4-5511-95ce-3b2ad5bfb7c2');
  expect(jobNodeId('spark://x', 'job')).toBe('83f19dc0-88d5-5ea8-b79d-f91196835782');
});
