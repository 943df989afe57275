import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findJava } from './java.ts';
import { startNeo4j } from './server.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pursight-server-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(process.platform === 'win32')('the Neo4j server', () => {
  it('and Java are told nothing of our own but its password', async () => {
    writeFileSync(join(folder, 'java'), `#!/bin/sh\nenv >> '${folder}/environment'\necho java.base@17\necho jdk.compiler@17\n`);
    chmodSync(join(folder, 'java'), 0o755);
    const environment = { PATH: `${folder}:/usr/bin:/bin`, LC_ALL: 'C', DATABASE_URL: 'ours', SECRET_KEY: 'ours', ADMIN_PASSWORD: 'ours' };
    expect(findJava(environment)).toBe('java');
    const program = { java: join(folder, 'java'), jars: folder, environment };
    await expect(startNeo4j(program, { folder: join(folder, 'data'), port: 0, password: 'its password' })).rejects.toThrow('did not start');
    const told = readFileSync(join(folder, 'environment'), 'utf8');
    expect(told.match(/^LC_ALL=C$/gm)).toHaveLength(2);
    expect(told.match(/^NEO4J_PASSWORD=its password$/gm)).toHaveLength(1);
    expect(told).not.toContain('ours');
  });
});
