/** Policies against a catalog that changes: what is found, what is resolved, and what is told. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStage, DATABASE, scannedSchema, table, type Stage } from './stage.ts';

let stage: Stage;
let sourceId: string;
const NAMES = { ruleType: 'namingConvention', params: { pattern: '^[a-z_]+$', target: 'asset' } };

beforeEach(async () => {
  stage = await createStage();
  stage.system.containers.set(DATABASE, [...scannedSchema(), table('orders'), table('Bad'), table('customers', ['id', 'Name'])]);
  sourceId = await stage.registerSource();
  await stage.scan(sourceId);
  await stage.settle();
});
afterEach(() => stage.drop());

const shop = () => stage.system.containers.get(DATABASE)!;
const scan = async (...assets: ReturnType<typeof table>[]): Promise<void> => {
  stage.system.containers.set(DATABASE, [...scannedSchema(), ...assets]);
  await stage.scan(sourceId);
};

describe('publishing', () => {
  it('finds what violates the policy, tells of each once, and says that it is done', async () => {
    const id = await stage.publish(NAMES);
    await stage.settle();
    expect(await stage.unresolved(id)).toEqual(['Bad']);
    expect(await stage.told()).toEqual(['policy.violated Bad']);
    const [row] = await stage.owner`select done, total, finished_at from policy.evaluations where policy_id = ${id}`;
    expect(row).toMatchObject({ done: 5, total: 5, finishedAt: expect.any(Date) });
  });

  it('resolves everything when the policy is retired', async () => {
    const id = await stage.publish(NAMES);
    await stage.settle();
    await stage.retire(id);
    await stage.settle();
    expect(await stage.unresolved(id)).toEqual([]);
    expect(await stage.told()).toEqual(['policy.violated Bad', 'policy.resolved Bad']);
  });
});

describe('a change', () => {
  it('is judged as its event comes: a new table, a rename for better, a drop', async () => {
    const id = await stage.publish({ ...NAMES, scope: { kinds: ['TABLE'] } });
    await stage.settle();
    await scan(table('orders'), { ...table('Bad'), path: [DATABASE, 'public', 'better'] }, table('Worse'));
    await stage.settle();
    expect(await stage.unresolved(id)).toEqual(['Worse']);
    await scan(table('orders'));
    await stage.settle();
    expect(await stage.unresolved(id)).toEqual([]);
    expect((await stage.told()).toSorted()).toEqual([
      'policy.resolved Worse',
      'policy.resolved better',
      'policy.violated Bad',
      'policy.violated Worse',
    ]);
  });

  it('of nothing that matters writes nothing', async () => {
    await stage.publish(NAMES);
    await stage.settle();
    const before = await stage.owner`select * from policy.violations`;
    shop().find(({ path }) => path[2] === 'Bad')!.comment = 'A comment';
    await stage.scan(sourceId);
    await stage.settle();
    expect(await stage.owner`select * from policy.violations`).toEqual(before);
  });
});
