import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Viewer } from '#platform/auth/viewer.ts';
import type { Database } from '#platform/database/index.ts';
import { newId } from '#platform/ids.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { createTestCatalog } from '../testing/catalog.ts';
import { administrator, insertSource, readerOf, readerOfNothing, stewardOf, viewerWith } from '../testing/factories.ts';

let database: TestDatabase;
let sql: Database;
let catalog: ReturnType<typeof createTestCatalog>;
let reader: Viewer;
let sourceSteward: Viewer;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect('catalog');
  catalog = createTestCatalog(sql);
  const source = await insertSource(sql, 'shop');
  reader = readerOf(source);
  sourceSteward = stewardOf(source);
});
afterAll(() => database.drop());

const steward = (): Viewer => viewerWith({ role: 'STEWARD' });
let number = 0;
const fresh = (name: string): string => `${name} ${++number}`;

/** The two trees behave alike: what differs is their names in the contract and what explains a node. */
const TREES = [
  { noun: 'domain', type: 'Domain', one: 'domain', all: 'domains', words: 'description', payload: 'domain' },
  { noun: 'term', type: 'GlossaryTerm', one: 'glossaryTerm', all: 'glossaryTerms', words: 'definition', payload: 'term' },
] as const;

describe.each(TREES)('the tree of $noun', ({ noun, type, one, all, words, payload }) => {
  const FIELDS = `id name ${words} version parent { id name }`;
  const mutate = async (verb: 'create' | 'update' | 'remove', input: Record<string, unknown>, viewer: Viewer | null = steward()) => {
    const field = `${verb}${type}`;
    const query = `mutation ($input: ${field[0]!.toUpperCase()}${field.slice(1)}Input!) { ${field}(input: $input) { cursor ${payload} { ${FIELDS} } } }`;
    const { data, errors } = await catalog.ask(viewer, query, { input });
    return { node: data?.[field]?.[payload], cursor: data?.[field]?.cursor, error: errors[0], data };
  };
  const create = async (name: string, parentId: string | null = null) => {
    const { node, error } = await mutate('create', { name, [words]: `What ${name} means`, parentId });
    expect(error).toBeUndefined();
    return node as { id: string; name: string; version: number };
  };
  const read = async (id: string, viewer = reader) =>
    (await catalog.ask(viewer, `query ($id: ID!) { ${one}(id: $id) { ${FIELDS} } }`, { id })).data[one];
  const eventsOf = (id: string) =>
    database.owner`select type, actor_id, data, attributes from events.outbox where subject = ${id} order by id`;
  const published = async (id: string) =>
    (await sql`select parent_id from access.domains where id = ${id}`).map((row) => row.parentId as string | null);
  const chain = async (levels: number, parentId: string | null = null) => {
    const ids: string[] = [];
    for (let level = 0; level < levels; level++) ids.push((await create(fresh('level'), ids.at(-1) ?? parentId)).id);
    return ids;
  };

  it('takes a node and shows it to every reading role', async () => {
    const editor = steward();
    const before = catalog.commits.count;
    const name = fresh('Sales');
    const top = await mutate('create', { name: `  ${name} `, [words]: 'All that is sold' }, editor);
    expect(top).toMatchObject({ error: undefined, node: { name, [words]: 'All that is sold', version: 1, parent: null } });
    expect(top.cursor).toMatch(/^\w+\.\d+$/);
    expect(catalog.commits.count).toBe(before + 1);
    const child = await mutate('create', { name, [words]: 'Below', parentId: top.node.id.toUpperCase() }, administrator());
    expect(child.node).toMatchObject({ name, parent: { id: top.node.id, name } });
    for (const viewer of [reader, readerOfNothing()]) expect(await read(child.node.id.toUpperCase(), viewer)).toEqual(child.node);
    expect(await eventsOf(child.node.id)).toMatchObject([{ type: `${noun}.created`, data: { name, parentId: top.node.id } }]);
    expect(await eventsOf(top.node.id)).toMatchObject([
      { type: `${noun}.created`, actorId: editor.userId, data: { name, parentId: null } },
    ]);
    expect(await published(child.node.id)).toEqual(noun === 'domain' ? [top.node.id] : []);
  });

  it('changes what is given, keeps what is absent, and writes nothing when nothing changes', async () => {
    const { id } = await create(fresh('One'));
    const under = await create(fresh('Under'));
    const name = fresh('Two');
    const changed = await mutate('update', { id, version: 1, name, parentId: under.id });
    expect(changed.node).toMatchObject({ name, version: 2, parent: { id: under.id } });
    expect(changed.node[words]).toMatch(/^What One/);
    expect((await eventsOf(id)).at(-1)).toMatchObject({
      type: `${noun}.updated`,
      data: {
        name,
        version: 2,
        changes: [
          { path: '/name', after: name },
          { path: '/parentId', before: null, after: under.id },
        ],
      },
    });
    expect((await mutate('update', { id, version: 2, [words]: 'Other words' })).node).toMatchObject({ [words]: 'Other words', version: 3 });
    expect((await eventsOf(id)).at(-1)!.data.changes).toMatchObject([{ path: `/${words}`, after: 'Other words' }]);
    expect((await mutate('update', { id, version: 3, name, [words]: 'Other words', parentId: under.id })).node.version).toBe(3);
    expect(await eventsOf(id)).toHaveLength(3);
    expect((await mutate('update', { id, version: 3, parentId: null })).node).toMatchObject({ parent: null, version: 4 });
    expect(await published(id)).toEqual(noun === 'domain' ? [null] : []);
  });

  it('refuses wrong input with its field', async () => {
    const { id } = await create(fresh('Input'));
    const kilobytes64 = 64 * 1024;
    const problem = async (verb: 'create' | 'update', input: Record<string, unknown>) => {
      const { error } = await mutate(verb, input);
      return [error?.code, error?.details.field];
    };
    const words1 = { [words]: 'w' };
    expect(await problem('create', { ...words1, name: ' ' })).toEqual(['BAD_USER_INPUT', 'input.name']);
    expect(await problem('create', { ...words1, name: 'x'.repeat(201) })).toEqual(['BAD_USER_INPUT', 'input.name']);
    for (const character of ['\0', '\n', '\t', '\u0007', '\u0085', '\u2028']) {
      expect(await problem('create', { ...words1, name: `a${character}b` })).toEqual(['BAD_USER_INPUT', 'input.name']);
      expect(await problem('update', { id, version: 1, name: `a${character}b` })).toEqual(['BAD_USER_INPUT', 'input.name']);
    }
    expect(await problem('create', { ...words1, name: 'x', parentId: newId() })).toEqual(['BAD_USER_INPUT', 'input.parentId']);
    expect(await problem('create', { ...words1, name: 'x', parentId: 'nonsense' })).toEqual(['BAD_USER_INPUT', 'input.parentId']);
    expect(await problem('create', { name: 'x', [words]: 'ä'.repeat(kilobytes64 / 2 + 1) })).toEqual(['BAD_USER_INPUT', `input.${words}`]);
    expect(await problem('update', { id, version: 1, name: null })).toEqual(['BAD_USER_INPUT', 'input.name']);
    expect(await problem('update', { id, version: 1, parentId: newId() })).toEqual(['BAD_USER_INPUT', 'input.parentId']);
    expect((await mutate('create', { name: 'x'.repeat(200), [words]: 'w'.repeat(kilobytes64) })).error).toBeUndefined();
    const cleared = await mutate('update', { id, version: 1, [words]: null });
    const blank = await mutate('update', { id, version: 2, [words]: ' ' });
    if (noun === 'term')
      expect([cleared.error, blank.error]).toMatchObject(Array(2).fill({ code: 'BAD_USER_INPUT', details: { field: 'input.definition' } }));
    else expect([cleared.node, blank.node]).toMatchObject(Array(2).fill({ description: null, version: 2 }));
  });

  it('takes a name in either form of Unicode for the same', async () => {
    const [composed, decomposed] = ['NFC', 'NFD'].map((form) => `Café ${noun}`.normalize(form));
    expect((await create(decomposed!)).name).toBe(composed);
    expect((await mutate('create', { name: composed, [words]: 'w' })).error).toMatchObject({ code: 'CONFLICT' });
    const other = await create(fresh('Tea'));
    expect((await mutate('update', { id: other.id, version: 1, name: decomposed })).error).toMatchObject({ code: 'CONFLICT' });
    // What counts is what is kept: 200 letters, each with an accent of its own.
    expect((await create('e\u0301'.repeat(200))).name).toBe('é'.repeat(200));
  });

  it('answers who may not: not signed in, no reading role, no right, in the order of the checks', async () => {
    const { id } = await create(fresh('Right'));
    const name = fresh('x');
    const codes = async (viewer: Viewer | null, given: Record<string, unknown> = {}) =>
      Promise.all([
        mutate('create', { name, [words]: 'w', ...given }, viewer),
        mutate('update', { id, version: 7, name, ...given }, viewer),
        mutate('remove', { id }, viewer),
        mutate('remove', { id: newId() }, viewer),
        mutate('update', { id: 'nonsense', version: 1 }, viewer),
      ]).then((answers) => answers.map(({ error }) => error?.code));
    expect(await codes(null)).toEqual(Array(5).fill('UNAUTHENTICATED'));
    for (const viewer of [reader, sourceSteward, viewerWith({ role: 'STEWARD', domainId: newId() })])
      expect(await codes(viewer)).toEqual(['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'NOT_FOUND', 'NOT_FOUND']);
    expect(await codes(viewerWith({ role: 'INGESTOR' }))).toEqual(Array(5).fill('FORBIDDEN'));
    expect((await codes(reader, { name: '' })).slice(0, 2)).toEqual(['BAD_USER_INPUT', 'BAD_USER_INPUT']);
    expect((await mutate('update', { id, version: 7, name })).error).toMatchObject({ code: 'CONFLICT', details: { currentVersion: 1 } });
    const { errors } = await catalog.ask(viewerWith({ role: 'INGESTOR' }), `{ ${all} { totalCount } ${one}(id: "${id}") { id } }`);
    expect(errors.map((error) => error.code)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
    const entity = 'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Domain { id } ... on GlossaryTerm { id } } }';
    const of = [
      { __typename: type, id },
      { __typename: type, id: 'nonsense' },
    ];
    expect((await catalog.ask(reader, entity, { of })).data._entities).toEqual([{ id }, null]);
    expect((await catalog.ask(viewerWith({ role: 'INGESTOR' }), entity, { of })).data._entities).toEqual([null, null]);
  });

  it('has each name once among siblings', async () => {
    const [name, parent] = [fresh('Twin'), await create(fresh('Parent'))];
    const top = await create(name);
    const below = await create(name, parent.id);
    const conflict = { code: 'CONFLICT', details: { field: 'input.name' } };
    expect((await mutate('create', { name, [words]: 'w' })).error).toMatchObject(conflict);
    expect((await mutate('create', { name, [words]: 'w', parentId: parent.id })).error).toMatchObject(conflict);
    expect((await mutate('update', { id: below.id, version: 1, parentId: null })).error).toMatchObject(conflict);
    const third = await create(fresh('Third'));
    expect((await mutate('update', { id: third.id, version: 1, name })).error).toMatchObject(conflict);
    expect((await mutate('update', { id: top.id, version: 1, name: fresh('Renamed') })).error).toBeUndefined();
    expect((await mutate('update', { id: below.id, version: 1, parentId: null })).error).toBeUndefined();
  });

  it('never makes a circle, and none deeper than 20 levels', async () => {
    const ids = await chain(20);
    const problem = { code: 'BAD_USER_INPUT', details: { field: 'input.parentId' } };
    expect((await mutate('create', { name: 'x', [words]: 'w', parentId: ids[19] })).error).toMatchObject(problem);
    expect((await mutate('update', { id: ids[0], version: 1, parentId: ids[0] })).error).toMatchObject(problem);
    expect((await mutate('update', { id: ids[0], version: 1, parentId: ids[19] })).error).toMatchObject(problem);
    const [short] = await chain(2);
    expect((await mutate('update', { id: short, version: 1, parentId: ids[18] })).error).toMatchObject(problem);
    expect((await mutate('update', { id: short, version: 1, parentId: ids[17] })).error).toBeUndefined();
  });

  it('does not make a circle of two moves at once', async () => {
    for (let round = 0; round < 10; round++) {
      const [a, b] = [await create(fresh('a')), await create(fresh('b'))];
      const moves = await Promise.all([
        mutate('update', { id: a.id, version: 1, parentId: b.id }),
        mutate('update', { id: b.id, version: 1, parentId: a.id }),
      ]);
      expect(moves.map(({ error }) => error?.code).sort()).toEqual(['BAD_USER_INPUT', undefined]);
    }
  });

  it('gives the children of a removed one to its parent', async () => {
    const top = await create(fresh('Top'));
    const middle = await create(fresh('Middle'), top.id);
    const [left, right] = [await create(fresh('Left'), middle.id), await create(middle.name, middle.id)];
    const removed = await mutate('remove', { id: middle.id.toUpperCase() });
    expect(removed.node).toMatchObject({ id: middle.id, name: middle.name, version: 1, parent: { id: top.id } });
    expect(await read(middle.id)).toBeNull();
    for (const child of [left, right]) {
      expect(await read(child.id)).toMatchObject({ version: 2, parent: { id: top.id } });
      expect((await eventsOf(child.id)).at(-1)).toMatchObject({
        type: `${noun}.updated`,
        data: { version: 2, changes: [{ path: '/parentId', before: middle.id, after: top.id }] },
      });
      expect(await published(child.id)).toEqual(noun === 'domain' ? [top.id] : []);
    }
    expect((await eventsOf(middle.id)).at(-1)).toMatchObject({ type: `${noun}.removed`, data: { name: middle.name } });
    expect(await published(middle.id)).toEqual([]);
    expect((await mutate('remove', { id: middle.id })).error?.code).toBe('NOT_FOUND');
  });

  it('is not removed while a child has the name of a future sibling', async () => {
    const name = fresh('Same');
    const other = await create(name);
    const top = await create(fresh('Top'));
    const child = await create(name, top.id);
    expect((await mutate('remove', { id: top.id })).error).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('Rename') });
    expect(await read(child.id)).toMatchObject({ version: 1, parent: { id: top.id } });
    await mutate('remove', { id: other.id });
    expect((await mutate('remove', { id: top.id })).error).toBeUndefined();
    expect(await read(child.id)).toMatchObject({ version: 2, parent: null });
  });

  it('is listed by name, a page at a time', async () => {
    const names: string[] = [];
    let after: string | null = null;
    do {
      const query = `query ($after: String) { ${all}(first: 7, after: $after) { totalCount nodes { name } pageInfo { hasNextPage endCursor } } }`;
      const { data }: { data: any } = await catalog.ask(readerOfNothing(), query, { after });
      names.push(...data[all].nodes.map((node: { name: string }) => node.name));
      expect(data[all].totalCount).toBe(
        (await sql`select count(*)::int as n from ${sql(noun === 'domain' ? 'catalog.domains' : 'catalog.glossary_terms')}`)[0]!.n,
      );
      after = data[all].pageInfo.hasNextPage ? data[all].pageInfo.endCursor : null;
    } while (after);
    const rows = await sql`select name from ${sql(noun === 'domain' ? 'catalog.domains' : 'catalog.glossary_terms')} order by name, id`;
    expect(names).toEqual(rows.map((row) => row.name));
  });
});
