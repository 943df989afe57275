/** Labels from end to end: found by names, decided by people, filtered by; and what each of the three viewers sees of them. */
import { setTimeout as sleep } from 'node:timers/promises';
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
});
