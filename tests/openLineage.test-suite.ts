/** Runs of jobs, from their producer's events to what each viewer is shown of them: the same wherever lineage is read from. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { createWorld, type Ask, type World } from './world.ts';

const EDGE = 'from to kind origin transformation validFrom validTo job { name } run { runId state startedAt endedAt }';
const LINEAGE = `query ($assetId: ID!, $asOf: DateTime, $level: LineageLevel) {
  lineage(assetId: $assetId, direction: UPSTREAM, asOf: $asOf, level: $level) { nodes { asset { displayName } column { name } job { name } } edges { ${EDGE} } } }`;
const RUNS = 'query ($id: ID!) { job(id: $id) { namespace name runs { nodes { id runId state startedAt endedAt } } } }';

type Store = {
  environment: () => Record<string, string>;
  /** Waits until it has all facts. */
  settled: (world: World) => Promise<void>;
};

export function describeOpenLineage(name: string, { environment, settled }: Store): void {
  describe(`OpenLineage events, where lineage is read from ${name}`, () => {
    let world: World;
    let shop: { id: string; namespace: string; sql: World['owner']; database: string };
    let far: { id: string; namespace: string; sql: World['owner']; database: string };
    let assets: Map<string, string>;
    /** Secrets of tokens. */
    let everywhere: string;
    let ofShop: string;
    let reader: Ask;
    let nobody: Ask;
    const run = { runId: randomUUID() };

    async function addSource(called: string, statements: string) {
      const { url, sql } = await createEmptyDatabase();
      await sql.unsafe(statements);
      const source = await world.addSource(called, { url });
      return { ...source, sql, database: new URL(url).pathname.slice(1) };
    }
    async function scan(source: { id: string }): Promise<void> {
      expect(await world.scan(source.id)).toMatchObject({ status: 'COMPLETED' });
      await world.consumed();
      const { nodes } = (await world.admin('{ assets(first: 200, filter: { kinds: [TABLE] }) { nodes { id displayName } } }')).assets;
      assets = new Map(nodes.map((node: any) => [node.displayName, node.id]));
    }
    beforeAll(async () => {
      world = await createWorld({ environment: environment() });
      shop = await addSource(
        'shop',
        'create table orders (id int, total int); create table ledger (id int, amount int); create table notes (id int)',
      );
      far = await addSource('far', 'create table feed (id int); create table sink (id int)');
      await scan(shop);
      await scan(far);
      everywhere = (await world.createToken(await world.createUser([{ role: 'INGESTOR' }]), ['INGESTOR'])).secret;
      ofShop = (await world.createToken(await world.createUser([{ role: 'INGESTOR', sourceId: shop.id }]), ['INGESTOR'])).secret;
      reader = await world.createUser([{ role: 'READER', sourceId: shop.id }]);
      nobody = await world.createUser([{ role: 'READER', domainId: '01a20000-0000-7000-8000-000000000000' }]);
    }, 180_000);
    afterAll(() => world?.stop());

    const table = (of: typeof shop, called: string) => ({ namespace: of.namespace, name: `${of.database}.public.${called}` });
    const event = (eventType: string, eventTime: string, more: object = {}) => ({
      eventType,
      eventTime: `2026-03-${eventTime}:00Z`,
      producer: 'https://example.org/producer',
      schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
      run,
      job: { namespace: 'airflow', name: 'nightly' },
      ...more,
    });
    async function send(body: unknown, secret = everywhere): Promise<[status: number, body: any]> {
      const response = await fetch(`${world.url}/api/v1/lineage`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
        body: JSON.stringify(body),
      });
      return [response.status, await response.json()];
    }
    const lineage = async (asset: string, ask: Ask = world.ask, more: object = {}): Promise<any> => {
      await settled(world);
      const { data, errors } = await ask(LINEAGE, { assetId: assets.get(asset), ...more });
      expect(errors).toBeUndefined();
      return data.lineage;
    };
    const edgesOf = async (...given: Parameters<typeof lineage>): Promise<string[]> => {
      const names = new Map([...assets].map(([each, id]) => [id, each]));
      const found = await lineage(...given);
      return found.edges.map(({ from, to, job }: any) => `${names.get(from)}>${names.get(to)} ${job.name}`).toSorted();
    };

    it('become lineage with their job and their run, for whoever sees both ends', async () => {
      const fields = {
        amount: { inputFields: [{ ...table(shop, 'orders'), field: 'total', transformations: [{ type: 'DIRECT', subtype: 'IDENTITY' }] }] },
      };
      const outputs = [{ ...table(shop, 'ledger'), facets: { columnLineage: { fields } } }];
      const inputs = [table(shop, 'orders'), table(far, 'feed')];
      expect(await send([event('START', '01T10:00'), event('COMPLETE', '01T11:00', { inputs, outputs })])).toEqual([
        200,
        { status: 'success', summary: { received: 2, successful: 2, failed: 0, retriable: 0, non_retriable: 0 }, failed_events: [] },
      ]);
      const times = { startedAt: '2026-03-01T10:00:00.000Z', endedAt: '2026-03-01T11:00:00.000Z' };
      const edge = {
        kind: 'TABLE',
        origin: 'EVENT',
        transformation: 'DIRECT',
        validFrom: '2026-03-01T11:00:00.000Z',
        validTo: null,
        job: { name: 'nightly' },
        run: { runId: run.runId, state: 'COMPLETED', ...times },
      };
      const ofOrders = { ...edge, from: assets.get('orders'), to: assets.get('ledger') };
      const found = await lineage('ledger');
      expect(found.edges).toHaveLength(2);
      expect(found.edges).toContainEqual(ofOrders);
      expect(found.nodes.filter(({ job }: any) => job)).toEqual([{ asset: null, column: null, job: { name: 'nightly' } }]);
      expect((await lineage('ledger', reader)).edges).toEqual([ofOrders]);
      expect(await lineage('ledger', nobody)).toBeNull();
      expect((await lineage('ledger', reader, { level: 'COLUMN' })).edges).toMatchObject([
        { kind: 'COLUMN', origin: 'EVENT', run: { runId: run.runId } },
      ]);
      expect(await edgesOf('ledger', world.ask, { asOf: '2026-03-01T10:59:59.999Z' })).toEqual([]);

      const [job] = (await world.owner`select job_id as id from lineage.jobs`) as [{ id: string }];
      for (const [ask, sees] of [
        [world.ask, true],
        [reader, true],
        [nobody, false],
      ] as const) {
        const told = {
          namespace: 'airflow',
          name: 'nightly',
          runs: { nodes: [{ id: expect.any(String), runId: run.runId, state: 'COMPLETED', ...times }] },
        };
        expect((await ask(RUNS, job)).data.job).toEqual(sees ? told : null);
      }
    });

    it('may come again, and after a restart, and change nothing then', async () => {
      await settled(world);
      const facts = async () => [await world.owner`select * from lineage.edges order by id`, await world.owner`select * from lineage.runs`];
      const before = await facts();
      const inputs = [table(shop, 'orders'), table(far, 'feed')];
      const again = [event('COMPLETE', '01T11:00', { inputs, outputs: [table(shop, 'ledger')] }), event('START', '01T10:00')];
      for (const each of again) expect(await send(each)).toEqual([201, {}]);
      expect(await facts()).toEqual(before);
      await world.restart();
      for (const each of again.toReversed()) expect(await send(each)).toEqual([201, {}]);
      expect(await facts()).toEqual(before);
    });

    it('may come in any order: what seemed to have ended goes on, as if it never had', async () => {
      const next = { run: { runId: randomUUID() } };
      const before = (await lineage('ledger')).edges;
      expect(await send(event('COMPLETE', '01T13:00', next))).toEqual([201, {}]);
      expect((await lineage('ledger')).edges).toEqual([]);
      expect((await lineage('ledger', world.ask, { asOf: '2026-03-01T12:00:00Z' })).edges).toHaveLength(2);
      const inputs = [table(shop, 'orders'), table(far, 'feed')];
      expect(await send(event('START', '01T12:00', { ...next, inputs, outputs: [table(shop, 'ledger')] }))).toEqual([201, {}]);
      expect((await lineage('ledger')).edges).toEqual(before);
    });

    it('of who may tell of one source only tell of that, and their answers nothing of others', async () => {
      const ofRun = (time: string, from: object, to: object[]) =>
        event('COMPLETE', time, { run: { runId: randomUUID() }, inputs: [from], outputs: to });
      const told = ofRun(
        '02T11:00',
        table(far, 'feed'),
        ['ledger', 'notes'].map((each) => table(shop, each)),
      );
      // Before that, or they would have ended it.
      const elsewhere = ofRun('01T09:00', table(shop, 'orders'), [table(far, 'sink')]);
      const nowhere = ofRun('01T09:00', table(shop, 'orders'), [table(far, 'unknown')]);
      expect(await send(told, ofShop)).toEqual([201, {}]);
      const answers = [await send(elsewhere, ofShop), await send(nowhere, ofShop)];
      expect(answers[0]).toEqual(answers[1]);
      expect([await edgesOf('ledger'), await edgesOf('notes'), await edgesOf('sink')]).toEqual([
        ['feed>ledger nightly'],
        ['feed>notes nightly'],
        [],
      ]);
      // It reads nothing, not even of its own job.
      const asker = world.as(ofShop);
      expect((await asker('{ me { id } }')).errors).toBeUndefined();
      for (const query of [LINEAGE, RUNS]) {
        const { errors } = await asker(query, { assetId: assets.get('ledger'), id: assets.get('ledger') });
        expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
      }
      expect((await send(told, await world.accessToken()))[0]).toBe(201);
      const { secret } = await world.createToken(world.ask, ['STEWARD', 'READER']);
      expect(await send(told, secret)).toMatchObject([403, { errors: [{ extensions: { code: 'FORBIDDEN', policy: 'role:INGESTOR' } }] }]);
    });

    it('tell of what is scanned later', async () => {
      const later = { run: { runId: randomUUID() }, job: { namespace: 'airflow', name: 'weekly' } };
      expect(
        await send(event('COMPLETE', '04T11:00', { ...later, inputs: [table(shop, 'orders')], outputs: [table(shop, 'archive')] })),
      ).toEqual([201, {}]);
      await shop.sql.unsafe('create table archive (id int)');
      await scan(shop);
      expect(await edgesOf('archive', reader)).toEqual(['orders>archive weekly']);
      await shop.sql.unsafe('alter table archive rename to stored');
      await scan(shop);
      expect(await edgesOf('stored', reader)).toEqual(['orders>stored weekly']);
    });

    it('of a run that fails or goes on are told as they come', async () => {
      const going = {
        run: { runId: randomUUID() },
        job: { namespace: 'flink', name: 'stream' },
        inputs: [table(far, 'feed')],
        outputs: [table(far, 'sink')],
      };
      const [states, ends]: [string[], string[][]] = [[], []];
      for (const [type, time] of [
        ['START', '05T10:00'],
        ['RUNNING', '05T11:00'],
        ['FAIL', '05T12:00'],
      ] as const) {
        await send(event(type, time, going));
        await settled(world);
        const [{ state }] = (await world.owner`select state from lineage.runs where run_id = ${going.run.runId}`) as [{ state: string }];
        states.push(state);
        ends.push(await edgesOf('sink'));
      }
      expect([states, ends]).toEqual([
        ['STARTED', 'RUNNING', 'FAILED'],
        [[], ['feed>sink stream'], ['feed>sink stream']],
      ]);
    });
  });
}
