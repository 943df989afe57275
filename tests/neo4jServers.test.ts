import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Neo4jAnswer, Neo4jQuestion } from '#platform/testing/neo4j.ts';
import { offerNeo4j, type Neo4jServers } from './neo4jServers.ts';

// With a server that is given none is started: what is asked here is who gets it, and when.
const GIVEN = { NEO4J_URL: 'bolt://127.0.0.1:1', NEO4J_PASSWORD: 'given' };
const FILE = resolve('tests/some.test.ts');

let folder: string;
let said: string[];
let servers: Neo4jServers;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pursight-servers-'));
  said = [];
});
afterEach(async () => {
  await servers.close();
  rmSync(folder, { recursive: true });
});

const offer = async (environment: Record<string, string>) => {
  servers = await offerNeo4j({ folder, environment, say: (sentence) => said.push(sentence) });
};

type Client = { socket: Socket; ask(question: Neo4jQuestion): Promise<Neo4jAnswer> };

/** As a test file comes in. */
function enter(key = servers.door.key): Client {
  const socket = connect(servers.door.port, '127.0.0.1');
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  socket.write(`${key}\n`);
  return {
    socket,
    async ask(question) {
      socket.write(`${JSON.stringify(question)}\n`);
      return JSON.parse((await lines.next()).value!) as Neo4jAnswer;
    },
  };
}

describe('the Neo4j servers of a test run', () => {
  it('are given to one file after the other, in the order of their questions', async () => {
    await offer(GIVEN);
    const order: string[] = [];
    const clients = ['first', 'second', 'third'].map((name) => ({ name, ...enter() }));
    const entered: Promise<unknown>[] = [];
    for (const { name, ask } of clients) {
      entered.push(ask({ want: 'shared', file: FILE }).then(() => order.push(name)));
      await sleep(50);
    }
    await entered[0];
    await sleep(200);
    expect(order).toEqual(['first']);
    // The second one's process is killed while it waits.
    clients[1]!.socket.resetAndDestroy();
    clients[0]!.socket.end();
    await entered[2];
    expect(order).toEqual(['first', 'third']);
    clients[2]!.socket.end();
  });

  it('are those of NEO4J_URL where that is set, under a mark of this run', async () => {
    await offer(GIVEN);
    const { socket, ask } = enter();
    expect(await ask({ want: 'shared', file: FILE })).toEqual({
      login: { url: GIVEN.NEO4J_URL, user: 'neo4j', password: 'given', mark: expect.stringMatching(/^pursight_tests_\w+$/) },
    });
    socket.end();
  });

  it('are not for who does not know the key', async () => {
    await offer(GIVEN);
    const { socket } = enter('another key');
    await once(socket, 'close');
  });

  it('are missing without Java: the files are told why, and the run says it at its end', async () => {
    await offer({ PATH: folder });
    for (const want of ['shared', 'own', 'turn'] as const) {
      const { socket, ask } = enter();
      expect(await ask({ want, file: FILE })).toEqual({ missing: expect.stringContaining('Java, which runs Neo4j, is missing.') });
      socket.end();
    }
    await servers.close();
    const sentence = `SKIPPED, for there is no Neo4j: ${join('tests', 'some.test.ts')}.\nJava, which runs Neo4j, is missing.`;
    expect(said).toEqual([expect.stringContaining(sentence), expect.stringContaining(sentence)]);
    // Which helps only those that kill no server.
    expect(said.map((each) => each.includes('Or set NEO4J_URL'))).toEqual([true, false]);
  });

  it('may not be missing with REQUIRE_SERVICES=1', async () => {
    await offer({ PATH: folder, REQUIRE_SERVICES: '1' });
    const { socket, ask } = enter();
    expect(await ask({ want: 'shared', file: FILE })).toEqual({ failure: expect.stringContaining('Java, which runs Neo4j, is missing.') });
    socket.end();
  });

  it('need no Java for the one that is given, but for one that is killed', async () => {
    await offer({ ...GIVEN, PATH: folder });
    const { socket, ask } = enter();
    expect(await ask({ want: 'shared', file: FILE })).toHaveProperty('login');
    expect(await ask({ want: 'own', file: FILE })).toHaveProperty('missing');
    socket.end();
  });
});
