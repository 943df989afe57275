import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { newId } from '../ids.ts';
import { deleteDomain, upsertClass, upsertDomain, visibleClasses } from './access.ts';
import type { RoleAssignment, Viewer } from './viewer.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());

const [sourceA, sourceB, domain] = [newId(), newId(), newId()];
const viewer = (...roles: RoleAssignment[]): Viewer => ({ userId: newId(), sessionId: null, roles });

it('there is one class for each tuple, also when many ask at once', async () => {
  const sql = test.connect('catalog');
  const tuples = [
    { sourceId: sourceA, domainId: null },
    { sourceId: sourceA, domainId: domain },
    { sourceId: sourceB, domainId: null },
  ];
  const classes = await Promise.all([...tuples, ...tuples, ...tuples].map((tuple) => upsertClass(sql, tuple)));
  expect(new Set(classes).size).toBe(3);
  expect(classes.slice(3, 6)).toEqual(classes.slice(0, 3));
});

it('a viewer sees the classes of its sources and domains, all, or none', async () => {
  const sql = test.connect('catalog');
  const ofA = await upsertClass(sql, { sourceId: sourceA, domainId: null });
  const ofADomain = await upsertClass(sql, { sourceId: sourceA, domainId: domain });
  const ofBDomain = await upsertClass(sql, { sourceId: sourceB, domainId: domain });
  await sql.begin((tx) => upsertDomain(tx, { id: domain, parentId: null }));
  const reads = (assignment: Partial<RoleAssignment>) =>
    visibleClasses(sql, viewer({ role: 'READER', sourceId: null, domainId: null, ...assignment }), 'read');
  expect(await reads({})).toBe('all');
  expect([...(await reads({ sourceId: sourceA }))].sort()).toEqual([ofA, ofADomain].sort());
  expect([...(await reads({ domainId: domain }))].sort()).toEqual([ofADomain, ofBDomain].sort());
  expect(await reads({ role: 'INGESTOR' })).toEqual([]);
  expect(await visibleClasses(sql, viewer({ role: 'READER', sourceId: sourceA, domainId: null }), 'edit')).toEqual([]);
});

it('a role over a domain covers its subdomains for as long as there is such a domain', async () => {
  const sql = test.connect('catalog');
  const [top, middle, below, beside] = [newId(), newId(), newId(), newId()];
  const place = (id: string, parentId: string | null) => sql.begin((tx) => upsertDomain(tx, { id, parentId }));
  await place(top, null);
  await place(middle, top);
  await place(below, middle);
  await place(beside, null);
  const classes = await Promise.all([top, middle, below, beside].map((domainId) => upsertClass(sql, { sourceId: sourceA, domainId })));
  const reads = async (domainId: string) =>
    [...(await visibleClasses(sql, viewer({ role: 'READER', sourceId: null, domainId }), 'read'))].sort();
  expect(await reads(top)).toEqual(classes.slice(0, 3).sort());
  expect(await reads(middle)).toEqual(classes.slice(1, 3).sort());
  await place(middle, beside);
  expect(await reads(top)).toEqual([classes[0]]);
  expect(await reads(beside)).toEqual(classes.slice(1).sort());
  await place(below, beside);
  await sql.begin((tx) => deleteDomain(tx, middle));
  expect(await reads(middle)).toEqual([]);
  expect(await reads(newId())).toEqual([]);
});

it('only catalog makes classes', async () => {
  const sql = test.connect('identity');
  await expect(upsertClass(sql, { sourceId: newId(), domainId: null })).rejects.toThrow('permission denied');
});
