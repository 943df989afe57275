import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepPassword, neo4jFolder, neo4jPassword } from './password.ts';

let DATA_DIR: string;
beforeEach(() => {
  DATA_DIR = mkdtempSync(join(tmpdir(), 'pursight-password-'));
});
afterEach(() => rmSync(DATA_DIR, { recursive: true }));

describe('neo4jPassword', () => {
  it('is the one that is set', () => {
    keepPassword(neo4jFolder({ DATA_DIR }));
    expect(neo4jPassword({ NEO4J_URL: 'bolt://127.0.0.1:7687', NEO4J_PASSWORD: 'set', DATA_DIR })).toBe('set');
  });

  it('is else the one of the server that was started here', () => {
    const NEO4J_URL = 'bolt://localhost:7687';
    expect(neo4jPassword({ NEO4J_URL, DATA_DIR })).toBeUndefined();
    const kept = keepPassword(neo4jFolder({ DATA_DIR }));
    expect(neo4jPassword({ NEO4J_URL, DATA_DIR })).toBe(kept);
    expect(keepPassword(neo4jFolder({ DATA_DIR }))).toBe(kept);
  });

  it.for(['neo4j+s://graph.example.com', 'bolt://10.0.0.5:7687', 'bolt://localhost.example.com', undefined])('is not sent to %s', (url) => {
    keepPassword(neo4jFolder({ DATA_DIR }));
    expect(neo4jPassword({ NEO4J_URL: url, DATA_DIR })).toBeUndefined();
  });
});
