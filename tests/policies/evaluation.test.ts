/** Policies against a catalog that changes: what is found, what is resolved, and what is told. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAssetsTask, createEvaluationTask, evaluateLater } from '#subgraphs/policy/domain/evaluationJobs.ts';
import { createStage, DATABASE, scannedSchema, table, view, type Stage } from './stage.ts';

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

describe('a violation', () => {
  it('that somebody waived or acknowledged is resolved when its cause goes', async () => {
    await scan(table('A'), table('B'));
    const id = await stage.publish({ ...NAMES, scope: { kinds: ['TABLE'] } });
    await stage.settle();
    const violations = await stage.owner<{ id: string }[]>`select id from policy.violations where policy_id = ${id} order by id`;
    await stage.askPolicy('mutation ($id: ID!) { acknowledgeViolation(input: { id: $id }) { cursor } }', { id: violations[0]!.id });
    await stage.askPolicy(
      'mutation ($id: ID!, $until: DateTime!) { waiveViolation(input: { id: $id, because: "legacy", until: $until }) { cursor } }',
      { id: violations[1]!.id, until: new Date(Date.now() + 60_000).toISOString() },
    );
    await stage.settle();
    expect(await stage.unresolved(id)).toEqual(['A', 'B']);
    await scan({ ...table('A'), path: [DATABASE, 'public', 'a'] }, { ...table('B'), path: [DATABASE, 'public', 'b'] });
    await stage.settle();
    const after = await stage.owner`select status, resolved_at from policy.violations where policy_id = ${id}`;
    expect(after).toMatchObject([
      { status: 'RESOLVED', resolvedAt: expect.any(Date) },
      { status: 'RESOLVED', resolvedAt: expect.any(Date) },
    ]);
  });

  it('keeps its id and its status when the policy says something else of it, and is told once', async () => {
    const id = await stage.publish(NAMES);
    await stage.settle();
    const [before] = await stage.owner`select * from policy.violations where policy_id = ${id}`;
    await stage.askPolicy('mutation ($id: ID!) { acknowledgeViolation(input: { id: $id }) { cursor } }', { id: before!.id });
    await stage.republish(id, { params: { pattern: '^[a-z]+$', target: 'asset' }, severity: 'CRITICAL' });
    await stage.settle();
    const [after] = await stage.owner`select * from policy.violations where policy_id = ${id}`;
    expect(after).toMatchObject({ id: before!.id, raisedAt: before!.raisedAt, status: 'ACKNOWLEDGED', severity: 'CRITICAL' });
    expect(after!.message).not.toBe(before!.message);
    expect(after!.policyVersion).toBeGreaterThan(before!.policyVersion as number);
    expect(await stage.told()).toEqual(['policy.violated Bad']);
  });

  it('moves with its asset to who may see that, also when it is resolved', async () => {
    const id = await stage.publish(NAMES);
    await stage.settle();
    const { createDomain } = await stage.askCatalog('mutation { createDomain(input: { name: "Sales" }) { domain { id } } }');
    const asset = await stage.assetNamed('Bad');
    const update = 'mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { cursor } }';
    const classes = async () => {
      const [row] = await stage.owner`
        select a.access_class as of_asset, v.access_class as of_violation from policy.violations v join catalog.assets a on a.id = v.asset_id
        where v.policy_id = ${id}`;
      return row!;
    };
    const before = await classes();
    await stage.askCatalog(update, { input: { ...asset, domainId: createDomain.domain.id } });
    await stage.seal();
    // The copy alone moves it, while the evaluation fails.
    await stage.drain(stage.consumer('policy.assets'));
    const moved = await classes();
    expect(moved.ofViolation).toBe(moved.ofAsset);
    expect(moved.ofViolation).not.toBe(before.ofViolation);
    await stage.retire(id);
    await stage.settle();
    await stage.askCatalog(update, { input: { ...(await stage.assetNamed('Bad')), domainId: null } });
    await stage.settle();
    expect(await classes()).toMatchObject({ ofAsset: before.ofAsset, ofViolation: before.ofAsset });
  });

  it('of a column goes with the column', async () => {
    const id = await stage.publish({ ruleType: 'namingConvention', params: { pattern: '^[a-z]+$', target: 'column' } });
    await stage.settle();
    expect(await stage.unresolved(id)).toEqual(['customers.Name']);
    await scan(table('orders'), table('Bad'), table('customers', ['id']));
    await stage.settle();
    expect(await stage.unresolved(id)).toEqual([]);
  });
});

describe('an evaluation of everything', () => {
  const many = Array.from({ length: 8 }, (_, index) => table(`Bad_${index}`));

  it('goes on where it was after the process is killed', async () => {
    await scan(...many);
    await stage.settle();
    const id = await stage.publish({ ...NAMES, scope: { kinds: ['TABLE'] } });
    await stage.work({ batches: 1 });
    const progress = async () =>
      (await stage.owner`select done, total, started_at, finished_at from policy.evaluations where policy_id = ${id}`)[0]!;
    expect(await progress()).toMatchObject({ done: 3, total: 10, startedAt: expect.any(Date), finishedAt: null });
    await stage.work();
    expect(await progress()).toMatchObject({ done: 10, total: 10, finishedAt: expect.any(Date) });
    expect(await stage.unresolved(id)).toHaveLength(8);
  });

  describe('that fails for long', () => {
    const never = new AbortController().signal;
    const waiting = () => stage.owner<{ task: string; payload: Record<string, string>; attempts: number }[]>`
      select t.identifier as task, j.payload, j.attempts from graphile_worker._private_jobs j
      join graphile_worker._private_tasks t on t.id = j.task_id where t.identifier <> 'scan' and j.locked_at is null order by j.id`;
    /** As the queue has them while they run for the last time. */
    const takeAll = () => stage.owner`update graphile_worker._private_jobs set attempts = max_attempts, locked_at = now(), locked_by = 'w'`;
    const down = () => {
      const failing = { times: 0, sql: stage.policySql, logger: stage.logger, onCommit: () => undefined, backoffMs: 1 };
      return Object.assign(failing, {
        evaluate: (): Promise<never> => {
          failing.times++;
          return Promise.reject(new Error('catalog is down'));
        },
      });
    };

    it('is tried again behind the others, with all its tries', async () => {
      const id = await stage.publish(NAMES);
      const jobs = await waiting();
      await takeAll();
      const failing = down();
      await createEvaluationTask(failing)(jobs[0]!.payload, never);
      expect(failing.times).toBe(8);
      expect(await waiting()).toEqual(jobs);
      await stage.owner`delete from graphile_worker._private_jobs where locked_at is not null`;
      await stage.work();
      expect(await stage.unresolved(id)).toEqual(['Bad']);
    });

    it('is halved when it is of some assets, until one is left, which the queue keeps', async () => {
      const ids = await Promise.all(['Bad', 'orders', 'customers'].map(async (name) => (await stage.assetNamed(name)).id));
      await stage.policySql.begin((tx) => evaluateLater(tx, ids));
      const [job] = await waiting();
      await takeAll();
      await createAssetsTask(down())(job!.payload, never);
      const halves = await waiting();
      expect(halves.map(({ task, payload, attempts }) => [task, payload['assetIds'], attempts])).toEqual([
        ['evaluateAssets', `${ids[0]} ${ids[1]}`, 0],
        ['evaluateAssets', ids[2], 0],
      ]);
      await expect(createAssetsTask(down())(halves[1]!.payload, never)).rejects.toThrow('catalog is down');
    });

    it('because this version does not know its rule type is not done, and the queue keeps it', async () => {
      const id = await stage.publish(NAMES);
      await stage.owner`update policy.policies set rule_type = 'ofALaterVersion' where id = ${id}`;
      const [job] = await waiting();
      const failing = down();
      await expect(createEvaluationTask(failing)(job!.payload, never)).rejects.toThrow('this version does not know');
      const [row] = await stage.owner`select finished_at from policy.evaluations where policy_id = ${id}`;
      expect(row).toEqual({ finishedAt: null });
      await stage.owner`update policy.policies set rule_type = ${NAMES.ruleType} where id = ${id}`;
      await stage.work();
      expect(await stage.unresolved(id)).toEqual(['Bad']);
    });
  });

  it('begins again when the policy is published anew on its way', async () => {
    await scan(...many);
    await stage.settle();
    const id = await stage.publish({ ...NAMES, scope: { kinds: ['TABLE'] } });
    await stage.work({ batches: 2 });
    await stage.republish(id, { params: { pattern: '^Bad', target: 'asset' } });
    await stage.work();
    await stage.settle();
    expect(await stage.unresolved(id)).toEqual([]);
  });

  it('meets no asset that came before policy heard of it and was judged before the policy was there', async () => {
    await scan(table('Bad'), table('Worse'));
    await stage.seal();
    // The copy is behind; evaluation is not, and forgets nothing.
    await stage.drain(stage.consumer('policy.evaluation'));
    const id = await stage.publish({ ...NAMES, scope: { kinds: ['TABLE'] } });
    await stage.work();
    expect(await stage.unresolved(id)).toEqual(['Bad', 'Worse']);
  });

  it('asks for nothing that cannot be in scope', async () => {
    stage.asked.length = 0;
    const id = await stage.publish({ ...NAMES, scope: { namePrefix: `${DATABASE}.public.B` } });
    await stage.work();
    expect(stage.asked).toEqual([{ ids: 1, parts: [] }]);
    expect(await stage.unresolved(id)).toEqual(['Bad']);
  });
});

describe('a view', () => {
  const masked = 'SELECT md5(t.mail) AS mail FROM public.people t';
  const plain = 'SELECT t.mail FROM public.people t';
  const people = table('people', ['id', 'mail']);
  const reads = { people: ['mail'] };
  const confirm = async (name: string): Promise<void> => {
    const { id } = await stage.assetNamed(name);
    const [column] = await stage.owner`select id from catalog.columns where asset_id = ${id} and name = 'mail'`;
    await stage.askPolicy('mutation ($input: SetColumnLabelInput!) { setColumnLabel(input: $input) { cursor } }', {
      input: { columnId: column!.id, label: 'EMAIL', state: 'CONFIRMED' },
    });
  };

  it('is judged again when what it reads is labelled, renamed, or gone', async () => {
    await scan(people, view('shown', ['mail'], plain, reads), view('hidden', ['mail'], masked, reads));
    const id = await stage.publish({ ruleType: 'noUnmaskedLabel', params: { labels: ['EMAIL'] } });
    await stage.settle();
    await confirm('shown');
    await confirm('hidden');
    await stage.settle();
    // What they show is not known to be an address yet.
    expect(await stage.unresolved(id)).toEqual([]);
    await confirm('people');
    await stage.settle();
    expect(await stage.unresolved(id)).toEqual(['people.mail', 'shown.mail']);
    await scan(view('shown', ['mail'], plain, reads), view('hidden', ['mail'], masked, reads));
    await stage.settle();
    expect(await stage.unresolved(id)).toEqual([]);
    await scan(people, view('shown', ['mail'], plain, reads), view('hidden', ['mail'], masked, reads));
    await stage.settle();
    expect(await stage.unresolved(id)).toEqual(['people.mail', 'shown.mail']);
  });

  it.each([
    ['policy.assets', 'policy.evaluation'],
    ['policy.evaluation', 'policy.assets'],
  ])('is judged by its table’s new name, also when it came first and %s hears of it first', async (...order) => {
    const persons = table('persons', ['id', 'mail']);
    const ofPersons = view('shown', ['mail'], 'select persons.mail from persons', { persons: ['mail'] });
    const id = await stage.publish({ ruleType: 'noUnmaskedLabel', params: { labels: ['EMAIL'] } });
    await scan(people, view('shown', ['mail'], plain, reads));
    await stage.settle();
    for (const name of ['people', 'shown']) await confirm(name);
    await stage.settle();
    expect(await stage.unresolved(id)).toEqual(['people.mail', 'shown.mail']);
    const hear = async () => {
      await stage.seal();
      for (const name of order) await stage.drain(stage.consumer(name));
    };
    // The view is scanned by its table's new name, before the table itself is.
    await scan(people, ofPersons);
    await hear();
    await scan({ ...persons, nativeId: people.nativeId! }, ofPersons);
    await hear();
    await stage.settle();
    expect(await stage.unresolved(id)).toEqual(['persons.mail', 'shown.mail']);
  });

  it('waits for a job when very many read one table, and is judged all the same', async () => {
    const views = Array.from({ length: 510 }, (_, index) => view(`shown${index}`, ['mail'], plain, reads));
    await scan(people, ...views);
    await stage.settle();
    await stage.owner`
      insert into policy.column_labels (id, column_id, asset_id, column_name, label, state, confidence, evidence, is_found, decided_by, updated_at)
      select gen_random_uuid(), c.id, c.asset_id, c.name, 'EMAIL', 'CONFIRMED', 1, '{}', false, ${stage.admin.userId}, now()
      from catalog.columns c join catalog.assets a on a.id = c.asset_id where a.kind = 'VIEW'
      on conflict (column_id, label) do update set state = 'CONFIRMED', decided_by = excluded.decided_by`;
    const id = await stage.publish({ ruleType: 'noUnmaskedLabel', params: { labels: ['EMAIL'] } });
    await stage.settle();
    expect(await stage.unresolved(id)).toHaveLength(0);
    await confirm('people');
    await stage.seal();
    await stage.drain(stage.consumer('policy.evaluation'));
    expect((await stage.unresolved(id)).length).toBeLessThan(511);
    await stage.settle();
    expect(await stage.unresolved(id)).toHaveLength(511);
  });

  it('finds what it reads under its new name, although the copy of assets is behind', async () => {
    const people = table('people', ['id', 'mail']);
    await scan(people, view('shown', ['mail'], plain, { people: ['mail'] }));
    const id = await stage.publish({ ruleType: 'noUnmaskedLabel', params: { labels: ['EMAIL'] } });
    await confirm('people');
    await confirm('shown');
    await stage.settle();
    expect(await stage.unresolved(id)).toEqual(['people.mail', 'shown.mail']);
    const renamed = { ...people, path: [DATABASE, 'public', 'folk'] };
    await scan(renamed, view('shown', ['mail'], plain.replace('people', 'folk'), { folk: ['mail'] }));
    await stage.seal();
    await stage.drain(stage.consumer('policy.evaluation'));
    expect(await stage.unresolved(id)).toEqual(['folk.mail', 'shown.mail']);
  });
});
