/** Labels and column labels as entities, for viewers of all, of one source and of nothing. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Viewer } from '#platform/auth/viewer.ts';
import { createSubgraph } from '#platform/graphql/subgraph.ts';
import { newId } from '#platform/ids.ts';
import { administrator, createAsker, readerOf, readerOfNothing } from '#platform/testing/asking.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { createPolicyContext } from '../context.ts';
import { upsertLabels } from '../store/labels.ts';
import type { ColumnLabelRow, PolicyAssetRow } from '../store/tables/policy.ts';
import { insertAsset, insertSource, silent } from '../testing/factories.ts';
import { createLabelResolvers } from './labelRoots.ts';

let database: TestDatabase;
let ask: ReturnType<typeof createAsker>;
let source: { id: string; accessClass: number };
let mine: ColumnLabelRow;
let others: ColumnLabelRow;

beforeAll(async () => {
  database = await createTestDatabase();
  const sql = database.connect('policy');
  const context = createPolicyContext({ sql });
  const askCatalog = () => Promise.reject(new Error('nobody asks catalog'));
  ask = createAsker(
    createSubgraph('policy', createLabelResolvers({ sql, context, askCatalog, onCommit: () => {}, logger: silent })).schema,
  );
  source = await insertSource(database);
  const assets = [await insertAsset(sql, source), await insertAsset(sql, await insertSource(database))];
  const rows = [rowOf(assets[0]!, 'EMAIL'), rowOf(assets[1]!, 'PHONE')] as const;
  await sql.begin((tx) => upsertLabels(tx, rows));
  [mine, others] = rows;
});
afterAll(() => database.drop());

const rowOf = ({ assetId }: PolicyAssetRow, label: string): ColumnLabelRow => ({
  id: newId(),
  columnId: newId(),
  assetId,
  columnName: label.toLowerCase(),
  label,
  state: 'SUGGESTED',
  confidence: 0.95,
  evidence: {},
  isFound: true,
  decidedBy: null,
  decidedAt: null,
  isLiving: true,
  updatedAt: new Date(),
});

async function entities(viewer: Viewer, representations: { __typename: string; id: string }[]) {
  const { data, errors } = await ask(
    viewer,
    `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Label { name category } ... on ColumnLabel { id state confidence label { name } } } }`,
    { of: representations },
  );
  expect(errors).toEqual([]);
  return data._entities;
}

it('a column label is null to who does not see its asset, and where there is none', async () => {
  const told = (viewer: Viewer) =>
    entities(
      viewer,
      [mine.id.toUpperCase(), others.id, newId(), 'x'].map((id) => ({ __typename: 'ColumnLabel', id })),
    );
  const email = { id: mine.id, state: 'SUGGESTED', confidence: 0.95, label: { name: 'EMAIL' } };
  const phone = { ...email, id: others.id, label: { name: 'PHONE' } };
  expect(await told(administrator())).toEqual([email, phone, null, null]);
  expect(await told(readerOf(source))).toEqual([email, null, null, null]);
  expect(await told(readerOfNothing())).toEqual([null, null, null, null]);
});

it('a label is the same to everybody, and null where there is none of the name', async () => {
  for (const viewer of [administrator(), readerOfNothing()]) {
    const [email, none] = await entities(
      viewer,
      ['EMAIL', 'email'].map((id) => ({ __typename: 'Label', id })),
    );
    expect(email).toEqual({ name: 'EMAIL', category: expect.any(String) });
    expect(none).toBeNull();
  }
});

it('at most 200 labels are set at a time', async () => {
  const items = Array.from({ length: 201 }, () => ({ columnId: newId(), label: 'EMAIL', state: 'CONFIRMED' }));
  const { errors } = await ask(
    administrator(),
    'mutation ($input: SetColumnLabelsInput!) { setColumnLabels(input: $input) { results { id } } }',
    { input: { items } },
  );
  expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT', details: { field: 'input.items', max: 200 } }]);
});
