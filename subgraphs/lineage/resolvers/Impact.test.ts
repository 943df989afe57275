/** What of an impact other subgraphs say: here they are played, so that they can be away, or have very many. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '#platform/database/index.ts';
import { Upstream } from '#platform/errors.ts';
import type { AskSubgraph } from '#platform/graphql/subgraph.ts';
import { newId } from '#platform/ids.ts';
import { createLogger } from '#platform/logger.ts';
import { administrator, createAsker } from '#platform/testing/asking.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { createLineage } from '../index.ts';
import { writeFacts } from '../store/facts.ts';

const QUERY = `query ($assetId: ID!) { impact(assetId: $assetId) {
  totalCount truncated withoutOwner byKind { kind count } byOwner { user { id } team { id } count } peopleToTell { id } } }`;
const away =
  (system: string): AskSubgraph =>
  () =>
    Promise.reject(new Upstream(`${system} does not answer.`, { system, check: 'Whether it runs' }));

describe('impact', () => {
  let database: TestDatabase;
  let sql: Database;
  const [root, ...readers] = Array.from({ length: 2_501 }, newId) as [string, ...string[]];
  const [large, small] = [newId(), newId()];
  const people = Array.from({ length: 1_450 }, newId);
  beforeAll(async () => {
    database = await createTestDatabase();
    sql = database.connect('lineage');
    const assets = [root, ...readers].map((id) => ({ id, accessClass: 1, namespace: 'test', name: id, isDeleted: false, seq: 1 }));
    const at = new Date('2026-01-01');
    const changes = readers.map((toId) => ({ fromId: root, toId, kind: 'TABLE', origin: 'NATIVE', change: 'opened', at }) as const);
    await sql.begin((tx) => writeFacts(tx, { assets, changes }));
  });
  afterAll(() => database.drop());

  /** Every asset is of both teams, and every second one is a table. Catalog hides the last one. */
  const asked: number[] = [];
  const askCatalog = (async (_query: string, { ids }: { ids: string[] }) => {
    asked.push(ids.length);
    const owners = [
      { userId: null, teamId: large },
      { userId: people[3], teamId: null },
      { userId: null, teamId: small },
    ];
    return {
      assetFacts: ids
        .filter((id) => id !== readers.at(-1))
        .map((id) => ({ id, kind: readers.indexOf(id) % 2 ? 'TABLE' : 'VIEW', domainId: null, owners, deletedAt: null })),
    };
  }) as unknown as AskSubgraph;
  /** The large team has pages of 200; the small one has those that begin it. */
  const askIdentity = (async (_query: string, { teams, after }: { teams: { id: string }[]; after: string | null }) => ({
    _entities: teams.map(({ id }) => {
      const members = id === large ? people : people.slice(0, 2);
      const from = after === null ? 0 : Number(after);
      const nodes = members.slice(from, from + 200).map((each) => ({ id: each }));
      return { id, members: { nodes, pageInfo: { hasNextPage: from + 200 < members.length, endCursor: String(from + 200) } } };
    }),
  })) as unknown as AskSubgraph;

  async function impact(asking: { askCatalog: AskSubgraph; askIdentity: AskSubgraph }) {
    const logger = createLogger({ level: 'silent', format: 'json' });
    const { subgraph } = createLineage({ database: sql, ...asking, faults: new Set(), logger, onCommit: () => {} });
    const { data, errors } = await createAsker(subgraph.schema)(administrator(), QUERY, { assetId: root });
    return { data: data.impact, codes: errors.map(({ code }) => code) };
  }

  it('asks catalog a thousand at a time, counts what it shows, and tells a thousand people at most', async () => {
    const { data, codes } = await impact({ askCatalog, askIdentity });
    expect(codes).toEqual([]);
    expect(asked).toEqual([1_000, 1_000, 500]);
    expect(data).toMatchObject({ totalCount: 2_499, truncated: false, withoutOwner: 0 });
    expect(data.byKind.map(({ count }: { count: number }) => count)).toEqual([1_250, 1_249]);
    expect(data.byOwner.map(({ count }: { count: number }) => count)).toEqual([2_499, 2_499, 2_499]);
    const told = data.peopleToTell.map(({ id }: { id: string }) => id);
    expect([told.length, new Set(told).size, told[0]]).toEqual([1_000, 1_000, people[3]]);
    expect(people.slice(0, 999).every((id) => told.includes(id))).toBe(true);
  });

  it('counts while identity is away, and only does not know whom to tell', async () => {
    const { data, codes } = await impact({ askCatalog, askIdentity: away('identity') });
    expect(data).toMatchObject({ totalCount: 2_499, peopleToTell: null });
    expect(codes).toEqual(['UPSTREAM_UNAVAILABLE']);
  });

  it('is no answer while catalog is away: nobody else knows what may be counted', async () => {
    expect(await impact({ askCatalog: away('catalog'), askIdentity })).toEqual({ data: null, codes: ['UPSTREAM_UNAVAILABLE'] });
  });
});
