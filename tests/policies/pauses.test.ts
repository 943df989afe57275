/** Judging is computing: others of the process have their turn meanwhile. */
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { askLocally, type AskSubgraph } from '#platform/graphql/subgraph.ts';
import { contextOf, insertAssets, insertSource } from '#subgraphs/catalog/testing/factories.ts';
import { checkPolicyInput } from '#subgraphs/policy/domain/definition.ts';
import { createEvaluate } from '#subgraphs/policy/domain/evaluation.ts';
import { createPreviews } from '#subgraphs/policy/domain/preview.ts';
import { findRuleType } from '#subgraphs/policy/rules/registry.ts';
import { createStage, type Stage } from './stage.ts';

const ASSETS = 6;
const NAMES = { ruleType: 'namingConvention', params: { pattern: '^[a-z]+$', target: 'asset' } };

let stage: Stage;
let ids: string[];
beforeAll(async () => {
  stage = await createStage();
  const source = await insertSource(stage.owner, 'shop');
  const inputs = Array.from({ length: ASSETS }, (_, index) => ({ path: ['shop', 'public', `t_${index}`] }));
  ids = (await insertAssets(stage.owner, source, inputs)).map(({ id }) => id);
  await stage.owner`
    insert into policy.assets (asset_id, source_id, access_class, kind, namespace, name, seq)
    select id, source_id, access_class, kind, namespace, name, 0 from catalog.assets`;
  await stage.publish(NAMES);
}, 60_000);
afterAll(() => stage.drop());

const ask: AskSubgraph = (...question) => askLocally(stage.catalog.subgraph)(...question);
const judging = {
  'an evaluation': () => stage.policySql.begin((tx) => createEvaluate({ askCatalog: ask, logger: stage.logger })(tx, { assetIds: ids })),
  'a preview': () =>
    createPreviews({ sql: stage.policySql, askCatalog: ask })(checkPolicyInput(NAMES), {
      context: contextOf(stage.admin),
      classes: 'all',
    }),
};

it.each(Object.keys(judging) as (keyof typeof judging)[])(
  '%s with a slow rule lets others have their turn between assets',
  async (what) => {
    const turnOf: number[] = [];
    const slow = vi.spyOn(findRuleType(NAMES.ruleType)!, 'check').mockImplementation(() => {
      turnOf.push(turn);
      const begun = performance.now();
      while (performance.now() - begun < 30);
      return [];
    });
    let turn = 0;
    let isOver = false;
    const others = (async () => {
      for (; !isOver; turn++) await setImmediate();
    })();
    try {
      await judging[what]();
    } finally {
      slow.mockRestore();
      isOver = true;
      await others;
    }
    expect(turnOf).toHaveLength(ASSETS);
    expect(new Set(turnOf).size).toBe(ASSETS);
  },
);
