/** Previews over more assets than one read brings: whole, in order, within their turns, and gone once nobody waits for them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AskSubgraph } from '#platform/graphql/subgraph.ts';
import { askLocally } from '#platform/graphql/subgraph.ts';
import { contextOf, insertAssets, insertSource, readerOf, viewerWith } from '#subgraphs/catalog/testing/factories.ts';
import { checkPolicyInput } from '#subgraphs/policy/domain/definition.ts';
import { createPreviews } from '#subgraphs/policy/domain/preview.ts';
import { createStage, type Stage } from './stage.ts';

const ASSETS = 5_300;
const SAMPLE = 200;

let stage: Stage;
let asked: number[];
/** Called before each question to catalog. */
let onAsk: (() => void | Promise<void>) | undefined;
let ask: AskSubgraph;
let names: string[];

beforeAll(async () => {
  stage = await createStage();
  const source = await insertSource(stage.owner, 'shop');
  const inputs = Array.from({ length: ASSETS }, (_, index) => ({
    // Ids are in another order than names.
    path: ['shop', 'public', `t_${(index * 7919) % ASSETS}`],
    columns: index % 100 === 0 ? [{ name: 'Z' }, { name: 'ok' }, { name: 'A' }] : [],
  }));
  names = (await insertAssets(stage.owner, source, inputs)).map(({ name }) => name);
  await stage.owner`
    insert into policy.assets (asset_id, source_id, access_class, kind, namespace, name, seq)
    select id, source_id, access_class, kind, namespace, name, 0 from catalog.assets`;
  ask = async (query, variables, context) => {
    asked.push((variables['ids'] as string[]).length);
    await onAsk?.();
    return await askLocally(stage.catalog.subgraph)(query, variables, context);
  };
}, 120_000);
afterAll(() => stage.drop());

const NAMES = { ruleType: 'namingConvention', params: { pattern: '^t_1', target: 'asset' } };
const COLUMNS = { ruleType: 'namingConvention', params: { pattern: '^[a-z]+$', target: 'column' } };
const everything = (context = contextOf(stage.admin)) => ({ context, classes: 'all' as const });
const start = () => {
  asked = [];
  onAsk = undefined;
  return createPreviews({ sql: stage.policySql, askCatalog: ask });
};
const titleOf = async (assetId: string): Promise<string> =>
  (await stage.owner`select name from catalog.assets where id = ${assetId}`)[0]!.name as string;

it('looks at every asset once, and shows the first by name', async () => {
  const { checked, violating, findings } = await start()(checkPolicyInput(NAMES), everything());
  const expected = names.filter((name) => !name.startsWith('shop.public.t_1')).toSorted();
  expect({ checked, violating }).toEqual({ checked: ASSETS, violating: expected.length });
  expect(asked.reduce((sum, each) => sum + each, 0)).toBe(ASSETS);
  expect(findings).toHaveLength(SAMPLE);
  expect(await titleOf(findings[0]!.assetId)).toBe(expected[0]);
  expect(await titleOf(findings.at(-1)!.assetId)).toBe(expected[SAMPLE - 1]);
});

it('shows the columns of an asset in their order, and counts the asset once', async () => {
  const { checked, violating, findings } = await start()(checkPolicyInput(COLUMNS), everything());
  expect({ checked, violating }).toEqual({ checked: ASSETS, violating: ASSETS / 100 });
  expect(findings.slice(0, 4).map(({ message }) => /"(\w+)"/.exec(message)![1])).toEqual(['Z', 'A', 'Z', 'A']);
});

it('asks nothing of what cannot be in scope', async () => {
  const preview = start();
  expect(await preview(checkPolicyInput({ ...NAMES, scope: { namePrefix: 'shop.public.t_52' } }), everything())).toMatchObject({
    checked: 111,
  });
  expect(asked.reduce((sum, each) => sum + each, 0)).toBe(111);
  expect(await preview(checkPolicyInput({ ...NAMES, scope: { kinds: ['VIEW'] } }), everything())).toMatchObject({ checked: 0 });
});

it('goes by what catalog lets the viewer see, whatever policy remembers', async () => {
  const { checked } = await start()(
    checkPolicyInput(NAMES),
    everything(contextOf(readerOf({ id: '01a20000-0000-7000-8000-000000000000' }))),
  );
  expect(checked).toBe(0);
});

it('ends when its caller leaves', async () => {
  const preview = start();
  const leaving = new AbortController();
  onAsk = () => leaving.abort(new Error('the caller left'));
  const context = { ...contextOf(stage.admin), signal: leaving.signal };
  await expect(preview(checkPolicyInput(NAMES), everything(context))).rejects.toThrow('the caller left');
  expect(asked.length).toBeLessThan(4);
  // Its turn is free again.
  onAsk = undefined;
  await expect(preview(checkPolicyInput(NAMES), everything())).resolves.toMatchObject({ checked: ASSETS });
});

it('runs one at a time for a caller, and two in all', async () => {
  asked = [];
  /** Callers of those that began and did not end. */
  const running = new Map<string, string>();
  let most = 0;
  const preview = createPreviews({
    sql: stage.policySql,
    askCatalog: async (query, variables, context) => {
      running.set(context.requestId, context.viewer!.userId);
      expect(new Set(running.values()).size).toBe(running.size);
      most = Math.max(most, running.size);
      return await ask(query, variables, context);
    },
  });
  const viewers = [stage.admin, viewerWith({ role: 'READER' }), viewerWith({ role: 'STEWARD' })];
  await Promise.all(
    [...viewers, ...viewers].map(async (viewer) => {
      const context = contextOf(viewer);
      expect(await preview(checkPolicyInput({ ...NAMES, scope: { namePrefix: 'shop.public.t_5' } }), everything(context))).toMatchObject({
        checked: 411,
      });
      running.delete(context.requestId);
    }),
  );
  expect(most).toBe(2);
});
