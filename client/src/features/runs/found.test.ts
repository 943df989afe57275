import { describe, expect, it } from 'vitest';
import { fieldsInWords, isOfRun, mergeFound, MOST_FOUND, whatOfAsset, type FoundRow } from './found';

const row = (assetId: string, at: string, what: FoundRow['what'], detail = ''): FoundRow => ({
  assetId,
  at,
  what,
  detail,
  kind: 'TABLE',
  name: assetId,
});

describe('what a run found', () => {
  it('is a row for each asset, the newest first', () => {
    const merged = mergeFound(
      [row('a', '1', 'added', '3 columns'), row('b', '2', 'changed')],
      [row('a', '3', 'changed'), row('b', '1', 'removed')],
    );
    expect(merged).toEqual([row('a', '3', 'added', '3 columns'), row('b', '2', 'changed')]);
  });

  it('keeps the newest of very many', () => {
    const many = Array.from({ length: 500 }, (_, index) => row(`asset-${index}`, String(index).padStart(4, '0'), 'added'));
    const merged = mergeFound([], many);
    expect(merged).toHaveLength(MOST_FOUND);
    expect(merged[0]!.assetId).toBe('asset-499');
  });

  it('is told from the asset where no event was heard', () => {
    const start = '2026-11-23T10:00:00.000Z';
    const asset = { createdAt: '2026-11-22T10:00:00.000Z', updatedAt: '2026-11-23T10:00:01.000Z', deletedAt: null };
    expect(whatOfAsset(asset, start)).toBe('changed');
    expect(whatOfAsset({ ...asset, createdAt: '2026-11-23T10:00:01.000Z' }, start)).toBe('added');
    expect(whatOfAsset({ ...asset, deletedAt: '2026-11-23T10:00:01.000Z' }, start)).toBe('removed');
  });

  it('says what changed of an asset', () => {
    expect(fieldsInWords(['/columns/email', '/table/primaryKey'])).toBe('column email, primaryKey');
    expect(fieldsInWords(['/columns/a~1b/nullable', '/columns/a~1b/nullable'])).toBe('column a/b: nullable');
    expect(fieldsInWords(['/columns/a', '/columns/b', '/columns/c', '/columns/d'])).toBe('column a, column b and 2 more');
    expect(fieldsInWords([])).toBe('');
  });

  it('has what was removed after a review, up to the next run, and nothing else that came after its end', () => {
    expect(isOfRun({ updatedAt: '1' }, '2', undefined)).toBe(true);
    expect(isOfRun({ updatedAt: '3' }, '2', undefined)).toBe(false);
    expect(isOfRun({ updatedAt: '3', deletedAt: '3' }, '2', undefined)).toBe(true);
    expect(isOfRun({ updatedAt: '5', deletedAt: '5' }, '2', '4')).toBe(false);
  });
});
