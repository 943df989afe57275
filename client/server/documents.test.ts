import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { putDocument, readDocuments } from './documents.ts';

const documents = { find: (id: string) => ({ 'sha256:abc': '{ me { id } }' })[id] };
const put = (body: unknown) => {
  const result = putDocument(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), documents);
  return result === 'unknown' ? result : (JSON.parse(result.toString('utf8')) as unknown);
};

it('puts the text in the place of a hash, in either way of sending one', () => {
  expect(put({ documentId: 'sha256:abc', variables: { a: 1 }, operationName: 'Me' })).toEqual({
    query: '{ me { id } }',
    variables: { a: 1 },
    operationName: 'Me',
  });
  expect(put({ extensions: { persistedQuery: { version: 1, sha256Hash: 'sha256:abc' } } })).toEqual({ query: '{ me { id } }' });
  expect(put({ extensions: { persistedQuery: { sha256Hash: 'sha256:abc' }, other: 1 } })).toEqual({
    query: '{ me { id } }',
    extensions: { other: 1 },
  });
});

it('takes the text of who sends it beside a hash that is not known', () => {
  expect(put({ documentId: 'sha256:other' })).toBe('unknown');
  expect(put({ query: '{ a }', extensions: { persistedQuery: { sha256Hash: 'sha256:other', miss: true } } })).toEqual({ query: '{ a }' });
});

it('passes on what is no such operation as it is', () => {
  for (const body of [{ query: '{ a }' }, [], null, 1, { documentId: 1 }, { extensions: null }]) expect(put(body)).toEqual(body);
  expect(putDocument(Buffer.from('{ no json'), documents).toString()).toBe('{ no json');
});

it('finds what was generated after it began', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pursight-documents-'));
  try {
    const file = join(folder, 'documents.json');
    const found = readDocuments(file);
    expect(found.find('a')).toBeUndefined();
    writeFileSync(file, JSON.stringify({ a: '{ first }' }));
    expect(found.find('a')).toBe('{ first }');
    writeFileSync(file, '{ half'); // being written
    expect(found.find('b')).toBeUndefined();
    writeFileSync(file, JSON.stringify({ b: '{ second }' }));
    expect([found.find('b'), found.find('a'), found.find('toString')]).toEqual(['{ second }', undefined, undefined]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
