import { afterEach, expect, it, vi } from 'vitest';
import { fetchFirst, keepFirst } from './first-answers';

const ask = async (body: object): Promise<unknown> => (await fetchFirst('/graphql', { method: 'POST', body: JSON.stringify(body) })).json();
const operation = (operationName: string, sha256Hash: string, variables: object) => ({
  operationName,
  variables,
  extensions: { persistedQuery: { version: 1, sha256Hash } },
});
const NET = 'from the network';
vi.stubGlobal('fetch', async () => new Response(JSON.stringify(NET)));
afterEach(() => void vi.useRealTimers());

it('answers just what was asked, once', async () => {
  keepFirst([{ name: 'Asset', hash: 'h1', variables: { id: '1', first: 5 }, data: { asset: 1 } }], Date.now());
  expect(await ask(operation('Asset', 'h1', { id: '2', first: 5 }))).toBe(NET);
  expect(await ask(operation('Other', 'h1', { id: '1', first: 5 }))).toBe(NET);
  // A page of another version selects something else.
  expect(await ask(operation('Asset', 'h2', { id: '1', first: 5 }))).toBe(NET);
  expect(await ask(operation('Asset', 'h1', { first: 5, id: '1' }))).toEqual({ data: { asset: 1 } });
  expect(await ask(operation('Asset', 'h1', { id: '1', first: 5 }))).toBe(NET);
});

it('answers nothing with what is old', async () => {
  keepFirst([{ name: 'Asset', hash: 'h1', variables: {}, data: {} }], Date.now());
  vi.useFakeTimers({ now: Date.now() + 60_000 });
  expect(await ask(operation('Asset', 'h1', {}))).toBe(NET);
});
