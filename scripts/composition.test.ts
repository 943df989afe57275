import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readTypeDefs } from '#platform/graphql/subgraph.ts';
import { API_FILE, SUBGRAPH_NAMES, SUPERGRAPH_FILE } from '#router/supergraph.ts';
import { breakingChanges, composeGraph } from './composition.ts';

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])';

describe('composition', () => {
  it('gives exactly the committed supergraph and API', async () => {
    const composed = await composeGraph(SUBGRAPH_NAMES.map((name) => ({ name, sdl: readTypeDefs(name) })));
    expect(composed.supergraph).toBe(readFileSync(SUPERGRAPH_FILE, 'utf8'));
    expect(composed.api).toBe(readFileSync(API_FILE, 'utf8'));
  });

  it('shows clients nothing of the federation', () => {
    expect(readFileSync(API_FILE, 'utf8')).not.toMatch(/join__|@key|_entities|_service|federation/);
  });

  it('fails when a field of a shared type is not shareable', async () => {
    const part = (name: string) => ({ name, sdl: `${LINK} type Query { ${name}: Thing } type Thing { id: ID! }` });
    await expect(composeGraph([part('a'), part('b')])).rejects.toThrow(/INVALID_FIELD_SHARING/);
  });

  it('fails when an input field is declared by one subgraph only, which would silently drop it', async () => {
    const part = (name: string, fields: string) => ({
      name,
      sdl: `${LINK} type Query { ${name}(filter: Filter): Int } input Filter { ${fields} }`,
    });
    await expect(composeGraph([part('a', 'x: Int y: Int'), part('b', 'x: Int')])).rejects.toThrow(/INCONSISTENT_INPUT_OBJECT_FIELD/);
  });
});

describe('breaking changes', () => {
  const before = 'type Query { a: Int b(first: Int): Int }';

  it('names what a client would lose', () => {
    expect(breakingChanges(before, 'type Query { a: Int }', '')).toEqual(['FIELD_REMOVED: Query.b was removed.']);
  });
  it('accepts additions', () => {
    expect(breakingChanges(before, 'type Query { a: Int b(first: Int, after: String): Int c: Int }', '')).toEqual([]);
  });
  it('accepts what is listed, and nothing else', () => {
    const allowed = '# replaced by c\nFIELD_REMOVED: Query.b was removed.\n';
    expect(breakingChanges(before, 'type Query { a: Int c: Int }', allowed)).toEqual([]);
    expect(breakingChanges(before, 'type Query { c: Int }', allowed)).toEqual(['FIELD_REMOVED: Query.a was removed.']);
  });
});
