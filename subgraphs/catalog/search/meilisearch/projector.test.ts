/** What becomes of the copy while everything goes wrong that can: on the contract server, which can be made to fail. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Database } from '#platform/database/index.ts';
import { InvalidInput, Upstream } from '#platform/errors.ts';
import { append } from '#platform/events/append.ts';
import { createSequencer } from '#platform/events/sequencer.ts';
import type { NewEvent } from '#platform/events/types.ts';
import { createLogger } from '#platform/logger.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { createLabels } from '../../domain/labels.ts';
import { insertAssets, insertSource, insertTerm, type TestAsset, type TestSource } from '../../testing/factories.ts';
import { rebuildSearch } from '../indexer.ts';
import { createMeilisearch } from '../meilisearch.ts';
import { createPostgresSearch } from '../postgres.ts';
import { connectMeilisearch } from './connection.ts';
import { readMark, type Copy } from './copy.ts';
import { findDrift } from './drift.ts';
import { fillCopy } from './filling.ts';
import { createHealth, createLook, type LookAtCopy } from './health.ts';
import { createProjector, type Projector } from './projector.ts';
import { createSearchSource } from './source.ts';
import { startContractServer, type ContractServer } from '#platform/testing/meilisearch/contractServer.ts';
import { newCopy } from './testing/stage.ts';

const logger = createLogger({ level: 'silent', format: 'json' });
let test: TestDatabase;
let sql: Database;
let server: ContractServer;
let copy: Copy;
let projector: Projector;
let source: TestSource;
let look: LookAtCopy;

beforeEach(async () => {
  test = await createTestDatabase();
  sql = test.connect('catalog');
  server = await startContractServer();
  copy = newCopy({ url: server.url, key: server.masterKey });
  projector = createProjector({ copy, sql, logger });
  source = await insertSource(sql, 'shop');
  look = createLook(copy, projector.failure);
});
afterEach(async () => {
  vi.useRealTimers();
  await server.kill();
  await test.drop();
});

const tables = (...names: string[]): Promise<TestAsset[]> =>
  insertAssets(
    sql,
    source,
    names.map((name) => ({ path: ['shop', 'public', name], columns: [{ name: `${name}_id` }] })),
  );
const tell = async (events: NewEvent[]): Promise<void> => {
  await sql.begin((tx) => append(tx, 'catalog', events));
  await createSequencer({ sql: test.connect('events'), logger }).sealOnce();
};
const updated = (...assets: TestAsset[]): Promise<void> =>
  tell(
    assets.map(({ id, namespace, name, kind }) => ({
      type: 'asset.updated' as const,
      subject: id,
      actorId: null,
      data: { namespace, name, kind, version: 2, changes: [] },
    })),
  );
const rename = async (asset: TestAsset, name: string): Promise<void> => {
  await sql`update catalog.assets set path = ${['shop', 'public', name]}, name = ${`shop.public.${name}`} where id = ${asset.id}`;
  await updated(asset);
};
const everythingConsumed = async (): Promise<void> => {
  await rebuildSearch({ sql, indexFor: createPostgresSearch });
  while (await projector.runOnce());
};
const request = (query: string) => ({ query, filter: {}, classes: 'all' as const, first: 50, after: null });
const found = async (query: string): Promise<number> =>
  (await createMeilisearch({ meili: copy.meili, index: copy.serving, sql }).search(request(query))).hits.length;
const drift = () => findDrift({ copy, sql, most: 10, patienceMs: 0 });
const health = () => createHealth(look, sql)();
const documents = () => server.indexes.get(copy.serving)!.documents;

describe('the copy in Meilisearch', { timeout: 60_000 }, () => {
  it('is filled from the tables, and then follows the log', async () => {
    const [first, second] = await tables('customer', 'rental');
    expect(await health()).toMatchObject({ state: 'starting', message: expect.stringContaining('answered by PostgreSQL') });
    await everythingConsumed();
    expect(await health()).toEqual({ state: 'ok' });
    expect(await found('customer')).toBe(1);
    await rename(first!, 'wallaby');
    await test.owner`delete from catalog.assets where id = ${second!.id}`;
    await updated(second!);
    await everythingConsumed();
    expect([await found('wallaby'), await found('customer'), await found('rental')]).toEqual([1, 1, 0]); // its column is called so still
    expect(await drift()).toEqual({ compared: 1, count: 0, differences: [], pending: 0 });
  });

  it('has the labels of the events that it was told of, and the names of terms', async () => {
    const [asset] = await tables('customer');
    const labels = createLabels({ sql, indexFor: createPostgresSearch, logger });
    while (await labels.runOnce());
    await everythingConsumed();
    const termId = await insertTerm(sql, 'Churn Rate');
    await sql`insert into catalog.asset_terms (asset_id, term_id) values (${asset!.id}, ${termId})`;
    await updated(asset!);
    await everythingConsumed();
    expect(await found('churn')).toBe(1);
    await sql`update catalog.glossary_terms set name = 'Attrition' where id = ${termId}`;
    await tell([
      {
        type: 'term.updated',
        subject: termId,
        actorId: null,
        data: { name: 'Attrition', changes: [] } as never,
        attributes: { name: 'Attrition' },
      },
      {
        type: 'classification.confirmed',
        subject: asset!.id,
        actorId: null,
        data: { namespace: source.namespace, name: asset!.name, kind: 'TABLE', changes: [] },
        attributes: { columnLabels: [{ columnId: asset!.columns[0]!.id, label: 'EMAIL', state: 'CONFIRMED' }] },
      },
    ]);
    // Who takes labels comes later than who copies: this one waits.
    const copying = projector.runOnce();
    while (await labels.runOnce());
    await copying;
    await everythingConsumed();
    expect([await found('churn'), await found('attrition')]).toEqual([0, 1]);
    expect(documents().get(asset!.id)).toMatchObject({ labels: ['~000045~00004d~000041~000049~00004c'] });
    expect((await drift()).count).toBe(0);
  });

  it('is made anew where its index was deleted, or taken for one that nobody filled; PostgreSQL answers meanwhile', async () => {
    const [asset] = await tables('customer');
    await everythingConsumed();
    for (const spoil of [
      async () => server.deleteIndex(copy.serving),
      async () => documents().clear(),
      async () => {
        server.deleteIndex(copy.serving);
        await copy.meili.run((client) => client.index(copy.serving).addDocuments([{ id: 'stray' }]));
      },
    ]) {
      await spoil();
      expect(await health()).toMatchObject({ state: 'starting' });
      const search = createSearchSource({ copy, sql, look: createLook(copy) })(sql);
      expect((await search.search(request('customer'))).hits.map(({ assetId }) => assetId)).toEqual([asset!.id]);
      await expect(drift()).rejects.toThrow('no whole index');
      await everythingConsumed();
      expect(await health()).toEqual({ state: 'ok' });
      expect((await drift()).count).toBe(0);
    }
  });

  it('loses nothing where the server goes away with tasks that it was given, and comes back', async () => {
    const assets = await tables('one', 'two', 'three');
    await everythingConsumed();
    server.holdTasks(true);
    await rename(assets[0]!, 'wallaby');
    const copying = projector.runOnce();
    await vi.waitFor(() => expect(server.requests.filter(({ path }) => path.startsWith('/tasks/')).length).toBeGreaterThan(5));
    await server.kill();
    await expect(copying).rejects.toThrow(Upstream);
    expect(await health()).toEqual({
      state: 'down',
      message: expect.stringMatching(/^Meilisearch cannot be reached\. Check: .*MEILI_URL/),
    });
    await rename(assets[1]!, 'wombat');
    await expect(projector.runOnce()).rejects.toThrow('cannot be reached');
    await server.start();
    server.holdTasks(false);
    await everythingConsumed();
    expect([await found('wallaby'), await found('wombat'), await found('three')]).toEqual([1, 1, 1]);
    expect((await drift()).count).toBe(0);
    expect(projector.failure()).toBeUndefined();
  });

  it('comes to what is missing after a server that refused the key, or failed, or had no room', async () => {
    const [asset] = await tables('customer');
    await everythingConsumed();
    const key = server.masterKey;
    const troubles: [string, () => void, () => void, RegExp][] = [
      ['wallaby', () => server.changeMasterKey('another key of somebody'), () => server.changeMasterKey(key), /refused the key/],
      ['wombat', () => server.refuse({ status: 503, code: 'too_many_search_requests' }), () => server.refuse(undefined), /cannot answer/],
      ['numbat', () => server.refuse({ status: 500, code: 'internal' }), () => server.refuse(undefined), /failed/],
      [
        'quokka',
        () => server.failTasks({ code: 'no_space_left_on_device', type: 'system' }),
        () => server.failTasks(undefined),
        /A task of Meilisearch failed/,
      ],
    ];
    for (const [name, begin, end, message] of troubles) {
      await rename(asset!, name);
      begin();
      await expect(projector.runOnce()).rejects.toThrow(message);
      const search = createSearchSource({ copy, sql, look: createLook(copy) })(sql);
      await rebuildSearch({ sql, indexFor: createPostgresSearch });
      // Reads go on where only tasks fail; for a moment longer with what was there.
      if (name !== 'quokka') expect((await search.search(request(name))).hits).toHaveLength(1);
      end();
      await everythingConsumed();
      expect(await found(name)).toBe(1);
      expect(await health()).toEqual({ state: 'ok' });
    }
    expect((await drift()).count).toBe(0);
  });

  it('says that it is behind once that lasts, and PostgreSQL answers then', async () => {
    const [asset] = await tables('customer');
    await everythingConsumed();
    expect(await health()).toEqual({ state: 'ok' });
    await rename(asset!, 'wallaby');
    await test.owner`update events.log set time = now() - interval '5 seconds'`;
    expect(await health()).toEqual({ state: 'ok' });
    // Who was away has to catch up first: PostgreSQL may have told it meanwhile.
    await server.kill();
    expect(await health()).toMatchObject({ state: 'down' });
    await server.start();
    expect(await health()).toMatchObject({ state: 'degraded' });
    await everythingConsumed();
    expect(await health()).toEqual({ state: 'ok' });
    await rename(asset!, 'wombat');
    await test.owner`update events.log set time = now() - interval '1 minute'`;
    expect(await health()).toEqual({
      state: 'degraded',
      message: 'Meilisearch is behind; search is answered by PostgreSQL meanwhile. Look whether a worker runs.',
    });
    server.failTasks({ code: 'no_space_left_on_device', type: 'system' });
    await expect(projector.runOnce()).rejects.toThrow();
    expect((await health()).message).toContain('Copying fails: A task of Meilisearch failed. Check: ');
  });

  it('tells what differs, document by document, and is mended by filling it anew', async () => {
    const [one, two] = await tables('one', 'two', 'three');
    await everythingConsumed();
    documents().delete(one!.id);
    documents().set(two!.id, { ...documents().get(two!.id), title: 'too', words: [] });
    documents().set('stray', { id: 'stray', title: 'Stray' });
    const { count, differences } = await drift();
    expect(count).toBe(3);
    expect(differences).toMatchObject([
      { what: 'missing', name: 'shop.public.one', fields: {} },
      { what: 'different', name: 'shop.public.two', fields: { title: { fact: '"two"', copy: '"too"' }, words: { copy: '[]' } } },
      { what: 'extra', id: 'stray', name: 'Stray' },
    ]);
    expect(await fillCopy({ copy, sql })).toEqual({ documents: 3 });
    expect(await drift()).toEqual({ compared: 3, count: 0, differences: [], pending: 0 });
    expect([...server.indexes.keys()]).toEqual([copy.serving]);
  });

  it('serves while it is filled anew, and is told again what happened meanwhile', async () => {
    const assets = await tables(...Array.from({ length: 600 }, (_, at) => `table_${at}`));
    await everythingConsumed();
    const first = assets.toSorted((a, b) => (a.id < b.id ? -1 : 1))[0]!;
    let meanwhile: Promise<unknown> | undefined;
    let served: number | undefined;
    // It is given everything, and has yet to take its place.
    const settle = async (tasks: Parameters<typeof copy.meili.settle>[0]): Promise<void> => {
      await meanwhile;
      await copy.meili.settle(tasks);
    };
    await fillCopy({
      copy: { ...copy, meili: { ...copy.meili, settle } },
      sql,
      onProgress({ copied }) {
        // The first ones are in the new index already, as they were.
        if (copied !== 500) return;
        meanwhile = rename(first, 'wallaby').then(async () => {
          await projector.runOnce();
          served = await found('wallaby');
        });
      },
    });
    expect([served, await found('wallaby')]).toEqual([1, 0]);
    await everythingConsumed();
    expect(await found('wallaby')).toBe(1);
    expect((await drift()).count).toBe(0);
  });

  it('reads the log again where an index took the place of another and nobody could note it', async () => {
    const [asset] = await tables('customer');
    await everythingConsumed();
    await rename(asset!, 'wallaby');
    const before = await readMark(copy);
    await everythingConsumed();
    // As a filling leaves it that began before the change and was killed after the swap.
    await sql`update catalog.assets set path = '{shop,public,customer}', name = 'shop.public.customer' where id = ${asset!.id}`;
    const [kept] = await sql<{ fill: string; seq: number }[]>`select fill, seq from catalog.search_copies`;
    await fillCopy({ copy, sql });
    await copy.meili.run((client) => client.index(copy.serving).updateDocuments([{ id: 'mark', from: before!.seq, seq: before!.seq }]));
    await sql`update catalog.search_copies set fill = ${kept!.fill}, seq = ${kept!.seq}`;
    const [head] = await sql<{ seq: number }[]>`select seq from events.head`;
    await sql`update events.cursors set seq = ${head!.seq} where consumer = 'catalog.search.meilisearch'`;
    await sql`update catalog.assets set path = '{shop,public,wallaby}', name = 'shop.public.wallaby' where id = ${asset!.id}`;
    expect(await health()).toMatchObject({ state: 'degraded' });
    await everythingConsumed();
    expect(await health()).toEqual({ state: 'ok' });
    expect((await drift()).count).toBe(0);
  });

  it('is not filled by two at a time', async () => {
    await tables('customer');
    const outcomes = await Promise.all([fillCopy({ copy, sql }), fillCopy({ copy, sql })]);
    expect(outcomes.filter(Boolean)).toEqual([{ documents: 1 }]);
  });
});

describe('the key', () => {
  it('is one of its own, for the index alone, where the given one may make keys', async () => {
    await tables('customer');
    await everythingConsumed();
    const [key, ...others] = server.keys.values();
    expect(others).toEqual([]);
    expect(key).toMatchObject({ indexes: [`${copy.serving}*`], actions: expect.not.arrayContaining(['*', 'keys.create']) });
    expect(server.requests.filter((each) => each.key === 'master').map(({ path }) => path.split('/')[1])).toEqual(['keys', 'keys']);
    // The next process finds it; and who was given it, and may make none, uses it.
    const next = connectMeilisearch({ url: server.url, key: server.masterKey }, copy.serving);
    const limited = connectMeilisearch({ url: server.url, key: key!.key }, copy.serving);
    for (const meili of [next, limited]) expect(await readMark({ ...copy, meili })).toMatchObject({ fill: expect.any(String) });
    expect(server.keys.size).toBe(1);
    await expect(limited.ask((client) => client.getRawIndex('of-somebody-else'))).rejects.toThrow('refused the key');
  });

  it('is in no message', async () => {
    const meili = connectMeilisearch({ url: server.url, key: 'a secret of somebody' }, copy.serving);
    const error = await meili.ask((client) => client.getRawIndex(copy.serving)).catch((each: unknown) => each);
    expect(error).toBeInstanceOf(Upstream);
    expect(JSON.stringify([error, (error as Error).message, (error as Error).cause])).not.toMatch(/secret of somebody|127\.0\.0\.1/);
  });
});

describe('pages', () => {
  it('go on in the order in which they were begun', async () => {
    await tables('page_a', 'page_b', 'page_c', 'page_d');
    await everythingConsumed();
    const search = createSearchSource({ copy, sql, look: createLook(copy) })(sql);
    const page = { ...request('page'), first: 1 };
    const first = await search.search(page);
    const after = first.keyOf(first.hits[0]!);
    await server.kill();
    await expect(search.search({ ...page, after })).rejects.toThrow(InvalidInput);
    const native = await search.search(page);
    const next = native.keyOf(native.hits[0]!);
    await server.start();
    expect((await search.search({ ...page, after: next })).hits).toHaveLength(2);
    await vi.waitFor(async () => expect((await search.search({ ...page, after })).hits).toHaveLength(2), { timeout: 5_000 });
  });
});
