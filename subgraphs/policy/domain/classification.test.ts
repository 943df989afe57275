import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '#platform/database/index.ts';
import type { EventAttributes, LabelChange } from '#platform/events/types.ts';
import type { AskSubgraph } from '#platform/graphql/subgraph.ts';
import { newId } from '#platform/ids.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { listAllLabels } from '../store/labels.ts';
import { classifyAssets } from './classification.ts';
import { decideLabels, type Decider } from './labels.ts';

let database: TestDatabase;
let sql: Database;
const userId = newId();
const decider = {
  viewer: { userId, sessionId: null, roles: [] },
  context: { viewer: null, requestId: '', address: '' },
  classes: 'all',
  editable: 'all',
} satisfies Decider;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect('policy');
});
afterAll(() => database.drop());

/** An asset as catalog would tell it now; a test changes it as a scan would. */
function assetWith(...names: string[]) {
  const id = newId();
  const column = (name: string) => ({ id: newId(), name, ordinal: 1, dataType: 'text', description: null });
  const facts = {
    id,
    sourceId: newId(),
    domainId: newId(),
    accessClass: 7,
    kind: 'TABLE',
    namespace: 'postgres://shop:5432',
    name: `shop.public.${id}`,
    tags: ['gold'],
    owners: ['OWNER', 'STEWARD'].map((role) => ({ userId, teamId: null, role })),
    deletedAt: null as string | null,
    dependsOn: [],
    columns: names.map(column),
  };
  const askCatalog = (async (query: string) =>
    query.includes('_entities')
      ? { _entities: facts.columns.map((each) => ({ id: each.id, asset: { id } })) }
      : { assetFacts: [facts] }) as unknown as AskSubgraph;
  const classify = () => sql.begin((tx) => classifyAssets(tx, askCatalog, [id], new Date()));
  const decide = (name: string, label: string, state: 'CONFIRMED' | 'REJECTED' | 'SUGGESTED') =>
    decideLabels({ sql, askCatalog }, decider, [
      { columnId: facts.columns.find((each) => each.name === name)!.id, label, state, field: 'input' },
    ]);
  const rows = async () =>
    (await sql.begin((tx) => listAllLabels(tx, [id]))).map(({ columnName, label, state, isFound, isLiving }) =>
      [columnName, label, state, ...(isFound ? [] : ['not found']), ...(isLiving ? [] : ['deleted'])].join(' '),
    );
  const events = () =>
    database.owner<{ type: string; actorId: string | null; changes: LabelChange[]; attributes: EventAttributes }[]>`
      select type, actor_id, data -> 'changes' as changes, attributes from events.outbox where subject = ${id} order by id`;
  return { id, facts, column, classify, decide, rows, events };
}

describe('classification', () => {
  it('suggests labels, and tells of all of an asset in one event', async () => {
    const { facts, classify, rows, events } = assetWith('email', 'phone_number', 'note');
    await classify();
    expect(await rows()).toEqual(['email EMAIL SUGGESTED', 'phone_number PHONE SUGGESTED']);
    const [event, ...more] = await events();
    expect(more).toEqual([]);
    expect(event).toMatchObject({ type: 'classification.suggested', actorId: null });
    const [email, phone] = facts.columns;
    expect(event!.changes).toEqual([
      { columnId: email!.id, column: 'email', label: 'EMAIL', before: null, after: 'SUGGESTED' },
      { columnId: phone!.id, column: 'phone_number', label: 'PHONE', before: null, after: 'SUGGESTED' },
    ]);
    expect(event!.attributes).toEqual({
      accessBefore: 7,
      accessAfter: 7,
      sourceId: facts.sourceId,
      domainId: facts.domainId,
      kind: 'TABLE',
      namespace: facts.namespace,
      name: facts.name,
      tags: ['gold'],
      ownerIds: [userId],
      labels: [],
      columnLabels: [
        { columnId: email!.id, label: 'EMAIL', state: 'SUGGESTED' },
        { columnId: phone!.id, label: 'PHONE', state: 'SUGGESTED' },
      ],
    });
  });

  it('writes and tells nothing when nothing is new, however often an event comes', async () => {
    const { id, classify, decide, events } = assetWith('email', 'ssn', 'note');
    await classify();
    await decide('email', 'EMAIL', 'CONFIRMED');
    await decide('note', 'HEALTH', 'REJECTED');
    const stamps = () => sql`select id, updated_at, xmin::text from policy.column_labels where asset_id = ${id} order by id`;
    const before = [await stamps(), await events()];
    await classify();
    await classify();
    expect([await stamps(), await events()]).toEqual(before);
    expect((await events()).map(({ type }) => type)).toEqual([
      'classification.suggested',
      'classification.confirmed',
      'classification.rejected',
    ]);
  });

  it('takes back a suggestion that the rules do not find any more, never a decision', async () => {
    const { facts, classify, decide, rows, events } = assetWith('email', 'phone', 'city');
    await classify();
    await decide('phone', 'PHONE', 'CONFIRMED');
    await decide('city', 'CITY', 'REJECTED');
    for (const column of facts.columns) column.dataType = 'boolean';
    await classify();
    expect(await rows()).toEqual(['phone PHONE CONFIRMED not found', 'city CITY REJECTED not found']);
    const last = (await events()).at(-1)!;
    expect(last.changes).toMatchObject([{ column: 'email', before: 'SUGGESTED', after: null }]);
    expect(last.attributes.labels).toEqual(['PHONE']);
    for (const column of facts.columns) column.dataType = 'text';
    await classify();
    expect(await rows()).toEqual(
      ['email EMAIL SUGGESTED', 'phone PHONE CONFIRMED', 'city CITY REJECTED'].toSorted(byColumn(facts.columns)),
    );
  });

  it('keeps the labels of a column that goes, and of a deleted asset, out of sight until it is back', async () => {
    const { facts, classify, decide, rows, events } = assetWith('email', 'phone');
    await classify();
    await decide('email', 'EMAIL', 'CONFIRMED');
    const [email] = facts.columns.splice(0, 1);
    await classify();
    expect(await rows()).toEqual(['email EMAIL CONFIRMED deleted', 'phone PHONE SUGGESTED']);
    expect((await events()).at(-1)).toMatchObject({
      changes: [{ before: 'CONFIRMED', after: null }],
      attributes: { labels: [], columnLabels: [{ label: 'PHONE' }] },
    });
    facts.columns.push(email!);
    await classify();
    expect((await events()).at(-1)).toMatchObject({ changes: [{ before: null, after: 'CONFIRMED' }], attributes: { labels: ['EMAIL'] } });
    facts.deletedAt = new Date().toISOString();
    await classify();
    expect((await rows()).every((row) => row.endsWith('deleted'))).toBe(true);
    expect((await events()).at(-1)).toMatchObject({
      changes: [{ after: null }, { after: null }],
      attributes: { labels: [], columnLabels: [] },
    });
    facts.deletedAt = null;
    await classify();
    expect(await rows()).toEqual(['email EMAIL CONFIRMED', 'phone PHONE SUGGESTED']);
  });

  it('gives a renamed column, which is a new one, a suggestion of its own', async () => {
    const { facts, column, classify, decide, rows } = assetWith('email');
    await classify();
    await decide('email', 'EMAIL', 'REJECTED');
    facts.columns = [column('email2')];
    await classify();
    expect((await rows()).toSorted()).toEqual(['email EMAIL REJECTED deleted', 'email2 EMAIL SUGGESTED']);
  });
});

const byColumn = (columns: { id: string; name: string }[]) => (a: string, b: string) => {
  const idOf = (row: string): string => columns.find(({ name }) => row.startsWith(`${name} `))!.id;
  return idOf(a) < idOf(b) ? -1 : 1;
};

describe('a decision', () => {
  it('names who took it beside what the rule saw, and gives the confidence of a person', async () => {
    const { id, classify, decide } = assetWith('email');
    await classify();
    await decide('email', 'EMAIL', 'CONFIRMED');
    const find = async () => (await sql.begin((tx) => listAllLabels(tx, [id])))[0]!;
    const row = await find();
    expect(row).toMatchObject({ state: 'CONFIRMED', confidence: 1, decidedBy: userId, decidedAt: expect.any(Date) });
    expect(row.evidence).toEqual({
      rule: 'email',
      words: ['email'],
      decision: { state: 'CONFIRMED', by: userId, at: row.decidedAt!.toISOString() },
    });
    await decide('email', 'EMAIL', 'SUGGESTED');
    expect(await find()).toMatchObject({
      id: row.id,
      state: 'SUGGESTED',
      decidedBy: null,
      decidedAt: null,
      evidence: { rule: 'email', words: ['email'] },
    });
  });

  it('comes before the first scan event was handled, and is kept by it', async () => {
    const { decide, classify, rows, events } = assetWith('email');
    await decide('email', 'EMAIL', 'REJECTED');
    await classify();
    expect(await rows()).toEqual(['email EMAIL REJECTED']);
    expect((await events()).map(({ type, actorId }) => [type, actorId])).toEqual([['classification.rejected', userId]]);
  });

  it('changes nothing when it was taken before, or when there is none to take back', async () => {
    const { decide, classify, events } = assetWith('email', 'note');
    await classify();
    await decide('email', 'EMAIL', 'SUGGESTED');
    await decide('note', 'EMAIL', 'SUGGESTED');
    await decide('email', 'EMAIL', 'CONFIRMED');
    await decide('email', 'EMAIL', 'CONFIRMED');
    expect((await events()).map(({ type }) => type)).toEqual(['classification.suggested', 'classification.confirmed']);
  });
});
