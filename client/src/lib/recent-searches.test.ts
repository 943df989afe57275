import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { clearSearches, listSearches, recordSearch } from './recent-searches';
import * as session from './session/session';

class MemoryStorage {
  getItem = (name: string): string | null => (this as unknown as Record<string, string | undefined>)[name] ?? null;
  setItem = (name: string, value: string): void => void ((this as unknown as Record<string, string>)[name] = value);
  removeItem = (name: string): void => void delete (this as unknown as Record<string, string | undefined>)[name];
}

/** A token says whose it is in its second part. */
const ANSWER = { accessToken: `a.${btoa(JSON.stringify({ sub: 'ada' }))}.c`, expiresAt: '2126-01-01T00:00:00Z' };

describe('recent searches', () => {
  let local: MemoryStorage;
  beforeEach(async () => {
    local = new MemoryStorage();
    vi.stubGlobal('localStorage', local);
    vi.stubGlobal('sessionStorage', new MemoryStorage());
    vi.stubGlobal('location', { assign: () => {} });
    vi.stubGlobal('fetch', async () => Response.json(ANSWER));
    await session.signIn('ada@example.com', 'secret');
  });
  afterEach(() => vi.unstubAllGlobals());

  it('are the newest first, each once, of one person, and not more than eight', () => {
    for (const query of ['customer', 'orders', ' Customer ', '', '   ', 'x'.repeat(501)]) recordSearch('ada', query);
    expect(listSearches('ada')).toEqual(['Customer', 'orders']);
    expect(listSearches('bob')).toEqual([]);
    for (let at = 0; at < 20; at++) recordSearch('ada', `query ${at}`);
    expect(listSearches('ada')).toEqual(Array.from({ length: 8 }, (_, at) => `query ${19 - at}`));
    clearSearches('ada');
    expect(listSearches('ada')).toEqual([]);
  });

  it('are none where the storage is broken or blocked', () => {
    local.setItem('pursight.private.searches.ada', '{"no": "list"');
    expect(listSearches('ada')).toEqual([]);
    local.setItem('pursight.private.searches.ada', '["a", 1, null]');
    expect(listSearches('ada')).toEqual(['a']);
    vi.stubGlobal('localStorage', undefined);
    recordSearch('ada', 'customer');
    clearSearches('ada');
    expect(listSearches('ada')).toEqual([]);
  });

  it('do not outlast the session, and none is kept after it', async () => {
    local.setItem('pursight.preferences', '{}');
    recordSearch('ada', 'customer');
    await session.signOut();
    expect(listSearches('ada')).toEqual([]);
    recordSearch('ada', 'customer');
    expect(listSearches('ada')).toEqual([]);
    expect(local.getItem('pursight.preferences')).toBe('{}');
  });
});
