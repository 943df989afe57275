/** Labels from end to end: found by names, decided by people, filtered by; and what each of the three viewers sees of them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { createWorld, type Ask, type World } from '../world.ts';

let world: World;
let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
let source: { id: string; namespace: string };
let reader: Ask;
let steward: Ask & { id: string };
let nobody: Ask;

const LABELS = 'labels { state confidence label { id name category description } decidedBy { id } evidence }';
const SET = `mutation ($input: SetColumnLabelInput!) { setColumnLabel(input: $input) { cursor column { id name ${LABELS} } } }`;

beforeAll(async () => {
  world = await createWorld();
  database = await createEmptyDatabase();
  await database.sql.unsafe(`
    create table people (id int primary key, "firstName" text, email_address text, email_template_id int, date_of_birth date, "clientIP" inet, phoneme text);
    create table parcels (id int primary key, shipping text, zip_code text);
    create view contacts as select "firstName", email_address from people;`);
  source = await world.addSource('personal', { url: database.url });
  await scan();
  reader = await world.createUser([{ role: 'READER', sourceId: source.id }]);
  steward = await world.createUser([{ role: 'STEWARD', sourceId: source.id }]);
  nobody = await world.createUser([{ role: 'READER', sourceId: '01a20000-0000-7000-8000-000000000000' }]);
});
afterAll(async () => {
  await world.stop();
  await database.drop();
});

async function scan(): Promise<void> {
  expect(await world.scan(source.id)).toMatchObject({ status: 'COMPLETED' });
  await world.consumed();
}

/** What a consumer appends is sealed and consumed, too. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await world.consumed();
}

type Told = {
  id: string;
  name: string;
  labels: { state: string; label: { name: string }; decidedBy: { id: string } | null; confidence: number }[];
};

async function tableOf(name: string, ask: World['admin'] = world.admin) {
  await settled();
  const { assets } = await ask(`{ assets(first: 50, filter: { sourceIds: ["${source.id}"] }) { nodes { id displayName
    labels { name } columns(first: 20) { nodes { id name ${LABELS} } } } } }`);
  const asset = assets.nodes.find((node: { displayName: string }) => node.displayName === name);
  const columns = new Map<string, Told>(asset.columns.nodes.map((column: Told) => [column.name, column]));
  return { id: asset.id as string, labels: asset.labels.map((label: { name: string }) => label.name), columns };
}
const statesOf = (column: Told | undefined) => Object.fromEntries(column!.labels.map(({ label, state }) => [label.name, state]));
const codes = (answer: Awaited<ReturnType<Ask>>) => answer.errors?.map((error) => error.extensions.code);

describe('labels', () => {
  it('are found by the words of the columns names', async () => {
    const { columns, labels } = await tableOf('people');
    expect(Object.fromEntries([...columns].map(([name, column]) => [name, statesOf(column)]))).toEqual({
      id: {},
      firstName: { PERSON_NAME: 'SUGGESTED' },
      email_address: { EMAIL: 'SUGGESTED' },
      email_template_id: {},
      date_of_birth: { BIRTH_DATE: 'SUGGESTED' },
      clientIP: { IP_ADDRESS: 'SUGGESTED' },
      phoneme: {},
    });
    expect(labels).toEqual([]);
    const [email] = columns.get('email_address')!.labels;
    expect(email).toMatchObject({ decidedBy: null, confidence: 0.95, evidence: { rule: 'email', words: ['email', 'address'] } });
  });

  it('can all be listed by name, and each column label and label is an entity', async () => {
    const { labels } = await world.admin('{ labels { id name category description } }');
    const names = labels.map((label: { name: string }) => label.name);
    expect(names.length).toBeGreaterThanOrEqual(30);
    expect(names).toEqual(names.toSorted());
    expect(names).toEqual(expect.arrayContaining(['EMAIL', 'IBAN', 'MASKED']));
  });

  it("become the asset's when a person confirms them: in the list, the filters, the counts, the facet, the event", async () => {
    const { id, columns } = await tableOf('people');
    const columnId = columns.get('email_address')!.id;
    const answer = await steward(SET, { input: { columnId, label: 'EMAIL', state: 'CONFIRMED' } });
    expect(answer.errors).toBeUndefined();
    const { column, cursor } = answer.data.setColumnLabel;
    expect(column).toMatchObject({
      id: columnId,
      name: 'email_address',
      labels: [{ state: 'CONFIRMED', confidence: 1, decidedBy: { id: steward.id } }],
    });
    expect(column.labels[0].evidence).toMatchObject({ rule: 'email', decision: { state: 'CONFIRMED', by: steward.id } });
    await reject('clientIP', 'IP_ADDRESS');
    await settled();

    const told = await world.admin(
      `query ($source: ID!, $cursor: String) {
        labelled: assets(filter: { sourceIds: [$source], labels: ["EMAIL"] }) { totalCount nodes { id labels { name } } }
        rejected: assets(filter: { sourceIds: [$source], labels: ["IP_ADDRESS"] }) { totalCount }
        counts: assetCounts(filter: { sourceIds: [$source], kinds: [TABLE] }, by: LABEL) { value count }
        search(query: "people", filter: { labels: ["EMAIL"], sourceIds: [$source] }) { totalCount facets { name values { value count } } }
        confirmed: columns(filter: { sourceIds: [$source], labels: ["EMAIL"] }) { nodes { id } }
        open: columns(filter: { sourceIds: [$source], labelStates: [SUGGESTED] }, orderBy: { field: NAME }) { totalCount nodes { name } }
        both: columns(filter: { sourceIds: [$source], labels: ["EMAIL", "IP_ADDRESS"], labelStates: [CONFIRMED, REJECTED] }, orderBy: { field: NAME }) { nodes { name } }
        none: columns(filter: { sourceIds: [$source], labelStates: [] }) { totalCount }
        events(after: $cursor, types: ["classification.confirmed", "classification.rejected"]) { nodes { type subject data actor { id } } }
      }`,
      { source: source.id, cursor },
    );
    expect(told.labelled).toEqual({ totalCount: 1, nodes: [{ id, labels: [{ name: 'EMAIL' }] }] });
    expect(told.rejected).toEqual({ totalCount: 0 });
    expect(told.counts).toEqual([
      { value: '', count: 1 },
      { value: 'EMAIL', count: 1 },
    ]);
    expect(told.search.totalCount).toBe(1);
    expect(told.search.facets.find((facet: { name: string }) => facet.name === 'label').values).toEqual([{ value: 'EMAIL', count: 1 }]);
    expect(told.confirmed.nodes).toEqual([{ id: columnId }]);
    expect(told.open.nodes.map(({ name }: { name: string }) => name)).toEqual([
      'date_of_birth',
      'email_address',
      'firstName',
      'firstName',
      'zip_code',
    ]);
    expect(told.both.nodes.map(({ name }: { name: string }) => name)).toEqual(['clientIP', 'email_address']);
    expect(told.none).toEqual({ totalCount: 0 });
    expect(told.events.nodes).toMatchObject([
      {
        type: 'classification.confirmed',
        subject: id,
        actor: { id: steward.id },
        data: { changes: [{ columnId, column: 'email_address', label: 'EMAIL', before: 'SUGGESTED', after: 'CONFIRMED' }] },
      },
      { type: 'classification.rejected', subject: id, actor: { id: steward.id } },
    ]);
  });

  const reject = async (column: string, label: string): Promise<void> => {
    const { columns } = await tableOf('people');
    const { errors } = await steward(SET, { input: { columnId: columns.get(column)!.id, label, state: 'REJECTED' } });
    expect(errors).toBeUndefined();
  };

  it('stay decided over rescans, a rename of the table, and a column that goes and comes back', async () => {
    const before = await tableOf('people');
    await database.sql.unsafe(
      'drop view contacts; alter table people rename to persons; alter table persons drop column email_address, add column note text',
    );
    await scan();
    const renamed = await tableOf('persons');
    expect(renamed).toMatchObject({ id: before.id, labels: [] });
    expect(renamed.columns.has('email_address')).toBe(false);
    expect(statesOf(renamed.columns.get('clientIP'))).toEqual({ IP_ADDRESS: 'REJECTED' });
    expect(
      await world.admin(
        '{ assets(filter: { labels: ["EMAIL"] }) { totalCount } columns(filter: { labels: ["EMAIL"], includeDeleted: true }) { totalCount } }',
      ),
    ).toEqual({
      assets: { totalCount: 0 },
      columns: { totalCount: 0 },
    });

    await database.sql.unsafe('alter table persons add column email_address text');
    await scan();
    const back = await tableOf('persons');
    expect(back.labels).toEqual(['EMAIL']);
    expect(back.columns.get('email_address')!.labels).toMatchObject([{ state: 'CONFIRMED', decidedBy: { id: steward.id } }]);

    await database.sql.unsafe('alter table persons rename column email_address to mail2');
    await scan();
    const moved = await tableOf('persons');
    expect(moved.labels).toEqual([]);
    expect(statesOf(moved.columns.get('mail2'))).toEqual({ EMAIL: 'SUGGESTED' });
  });

  it('are taken back: what the rules find is a suggestion again, what they do not find is gone', async () => {
    const { columns } = await tableOf('persons');
    const [note, mail] = [columns.get('note')!.id, columns.get('mail2')!.id];
    const batch = (items: object[]) =>
      steward(
        'mutation ($items: [SetColumnLabelInput!]!) { setColumnLabels(input: { items: $items }) { cursor results { id column { id } error { code field message } } } }',
        { items },
      );
    const set = await batch([
      { columnId: note, label: 'HEALTH', state: 'CONFIRMED' },
      { columnId: mail.toUpperCase(), label: 'EMAIL', state: 'REJECTED' },
      { columnId: note, label: 'NO_LABEL', state: 'CONFIRMED' },
      { columnId: note, label: 'HEALTH', state: 'REJECTED' },
      { columnId: source.id, label: 'EMAIL', state: 'CONFIRMED' },
      { columnId: 'nothing', label: 'EMAIL', state: 'CONFIRMED' },
    ]);
    expect(set.data.setColumnLabels.results).toMatchObject([
      { id: note, column: { id: note }, error: null },
      { id: mail.toUpperCase(), column: { id: mail }, error: null },
      { id: note, column: null, error: { code: 'BAD_USER_INPUT', field: 'input.items.2.label' } },
      { id: note, column: null, error: { code: 'BAD_USER_INPUT', field: 'input.items.3.label' } },
      { id: source.id, column: null, error: { code: 'NOT_FOUND', field: null } },
      { id: 'nothing', column: null, error: { code: 'NOT_FOUND' } },
    ]);
    const decided = await tableOf('persons');
    expect(decided.labels).toEqual(['HEALTH']);
    expect([statesOf(decided.columns.get('note')), statesOf(decided.columns.get('mail2'))]).toEqual([
      { HEALTH: 'CONFIRMED' },
      { EMAIL: 'REJECTED' },
    ]);

    await batch([note, mail].flatMap((columnId) => ['HEALTH', 'EMAIL'].map((label) => ({ columnId, label, state: 'SUGGESTED' }))));
    const free = await tableOf('persons');
    expect(free.labels).toEqual([]);
    expect([statesOf(free.columns.get('note')), statesOf(free.columns.get('mail2'))]).toEqual([{}, { EMAIL: 'SUGGESTED' }]);
    expect(free.columns.get('mail2')!.labels[0]).toMatchObject({ decidedBy: null, confidence: 0.7 });
    expect(codes(await batch(Array(201).fill({ columnId: note, label: 'EMAIL', state: 'CONFIRMED' })))).toEqual(['BAD_USER_INPUT']);
  });

  it('are not decided on twice: the same state again tells nothing', async () => {
    const { columns } = await tableOf('persons');
    const input = { columnId: columns.get('firstName')!.id, label: 'PERSON_NAME', state: 'CONFIRMED' };
    await steward(SET, { input });
    await settled();
    const { data } = await steward(SET, { input });
    await settled();
    const { events } = await world.admin(
      `{ events(after: "${data.setColumnLabel.cursor}", types: ["classification.*"]) { nodes { id } } }`,
    );
    expect(events.nodes).toEqual([]);
  });

  it('are decided on by stewards, of columns that they see and that live', async () => {
    const { columns } = await tableOf('persons');
    const columnId = columns.get('firstName')!.id;
    const set = (ask: Ask, input: object) => ask(SET, { input: { columnId, label: 'EMAIL', state: 'CONFIRMED', ...input } });
    expect(codes(await set(world.anonymous, {}))).toEqual(['UNAUTHENTICATED']);
    expect(codes(await set(reader, {}))).toEqual(['FORBIDDEN']);
    expect(codes(await set(nobody, {}))).toEqual(['NOT_FOUND']);
    expect(codes(await set(steward, { columnId: source.id }))).toEqual(['NOT_FOUND']);
    expect(codes(await set(steward, { columnId: 'x' }))).toEqual(['NOT_FOUND']);
    const unknown = await set(nobody, { label: 'email' });
    expect(unknown.errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', field: 'input.label' }, message: expect.stringContaining('labels') },
    ]);

    await database.sql.unsafe('alter table persons drop column note');
    const note = columns.get('note')!.id;
    await scan();
    expect(codes(await set(steward, { columnId: note }))).toEqual(['CONFLICT']);
  });

  it('are seen with their assets only', async () => {
    await tableOf('persons');
    const query = `{ labels { name } assets(filter: { labels: ["PERSON_NAME"] }) { totalCount nodes { labels { name } } } assetCounts(by: LABEL) { value }
      columns(filter: { labels: ["PERSON_NAME"] }) { nodes { labels { label { name } } } } search(query: "", filter: { labels: ["PERSON_NAME"] }) { totalCount facets { values { value } } } }`;
    const mine = await reader(query);
    expect(mine.data).toMatchObject({
      assets: { totalCount: 1, nodes: [{ labels: [{ name: 'PERSON_NAME' }] }] },
      search: { totalCount: 1 },
    });
    expect(mine.data.columns.nodes).toEqual([{ labels: [{ label: { name: 'PERSON_NAME' } }] }]);
    const { data } = await nobody(query);
    expect(data).toMatchObject({
      assets: { totalCount: 0, nodes: [] },
      assetCounts: [],
      columns: { nodes: [] },
      search: { totalCount: 0 },
    });
    expect(data.labels).toEqual(mine.data.labels);
  });

  it('come back with a table that was dropped', async () => {
    await database.sql.unsafe('create table kept as select * from persons; drop table persons');
    await scan();
    await settled();
    const gone = await world.admin('{ assets(filter: { labels: ["PERSON_NAME"], includeDeleted: true }) { totalCount } }');
    expect(gone.assets.totalCount).toBe(0);
    await database.sql.unsafe('create table persons (id int, "firstName" text)');
    await scan();
    await settled();
    expect((await tableOf('persons')).labels).toEqual(['PERSON_NAME']);
  });
});
