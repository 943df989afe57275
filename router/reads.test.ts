import { parse, type OperationDefinitionNode } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Read } from '#platform/auth/read.ts';
import type { Viewer } from '#platform/auth/viewer.ts';
import { readOf } from './reads.ts';
import { startTestRouter, type TestRouter } from './testing/router.ts';

const [A, B, C] = ['a', 'b', 'c'].map((end) => `0190b5a0-0000-7000-8000-00000000000${end}`) as [string, string, string];
const viewer: Viewer = { userId: 'me', sessionId: null, roles: [], token: { id: C, scopes: ['READER'], expiresAt: null } };

function read(query: string, variables?: Record<string, unknown>, data?: Record<string, unknown>): Read | undefined {
  const document = parse(query);
  return readOf({ document, operation: document.definitions[0] as OperationDefinitionNode, variables, ...(data && { data }), viewer });
}

describe('what an operation reads', () => {
  it('is its root fields, and the ids that they were given as values, variables, lists, inputs and defaults', () => {
    expect(read(`query Page { b: asset(id: "${B.toUpperCase()}") { id } asset(id: "${A}") { name } me { id } }`)).toEqual({
      userId: 'me',
      tokenId: C,
      operation: 'Page',
      fields: ['asset', 'me'],
      subjectIds: [A, B],
    });
    const query = `query ($ids: [ID!], $filter: F = { sourceIds: ["${C}"] }) { assets(first: 5, ids: $ids, filter: $filter) { id } }`;
    expect(read(query, { ids: [B, A, B, 'text'] })).toMatchObject({ operation: null, fields: ['assets'], subjectIds: [A, B, C] });
    expect(read(query, { filter: { anyOf: [{ sourceIds: [A] }] } })).toMatchObject({ subjectIds: [A] });
    expect(read(`{ ...f } fragment f on Query { asset(id: "${A}") { id } }`)).toMatchObject({ fields: ['asset'], subjectIds: [A] });
  });

  it('is what it gave, too, where that is one thing', () => {
    const query = 'query ($name: String!) { found: assetByName(name: $name) { id } assets { nodes { id } } }';
    expect(read(query, { name: 'ann@example.com' }, { found: { id: A }, assets: { nodes: [{ id: B }] } })).toMatchObject({
      fields: ['assetByName', 'assets'],
      subjectIds: [A],
    });
    expect(JSON.stringify(read(query, { name: 'ann@example.com' }, { found: null }))).not.toContain('ann');
  });

  it('is nothing where only the schema was asked about, or everything was left out', () => {
    expect(read('{ __typename __schema { types { name } } }')).toBeUndefined();
    expect(read('query ($no: Boolean!) { me @include(if: $no) { id } }', { no: false }, {})).toBeUndefined();
  });

  it('is bounded, however deep and long what it was given is', () => {
    const deep = JSON.parse(`${'['.repeat(50_000)}"${A}"${']'.repeat(50_000)}`);
    expect(read('query ($a: JSON) { preview(scope: $a) { id } }', { a: deep })).toMatchObject({ subjectIds: [] });
    const ids = Array.from({ length: 1_500 }, (_, index) => `0190b5a0-0000-7000-8000-${String(index).padStart(12, '0')}`);
    expect(read('query ($ids: [ID!]!) { assetsById(ids: $ids) { id } }', { ids })!.subjectIds).toHaveLength(1_000);
    expect(read(`query ${'x'.repeat(500)} { me { id } }`)!.operation).toHaveLength(200);
  });
});

describe('the router tells of', () => {
  const told: Read[] = [];
  let router: TestRouter;
  beforeAll(async () => {
    router = await startTestRouter({ recordRead: (each) => void told.push(each) });
  });
  afterAll(() => router.router.stop());
  beforeEach(() => void told.splice(0));

  it('each query that was answered, also in part', async () => {
    await router.ask('query One { asset(id: "a") { name } }');
    await router.ask('{ gone: asset(id: "broken") { name } assets { nodes { id } } }', { as: 'admin' });
    expect(told).toEqual([
      { userId: 'reader', tokenId: null, operation: 'One', fields: ['asset'], subjectIds: [] },
      { userId: 'admin', tokenId: null, operation: null, fields: ['asset', 'assets'], subjectIds: [] },
    ]);
  });

  it('neither mutations, nor what was refused, nor what nobody in particular asked', async () => {
    await router.ask('mutation { signOut { ok } }');
    await router.ask('{ nothing }');
    await router.post({ query: '{ assets { nodes { id } } }' });
    await router.post({ query: '{ serverVersion }' });
    expect(told).toEqual([]);
  });
});
