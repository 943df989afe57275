import { Client, fetchExchange, gql, type OperationResult } from '@urql/core';
import { expect, it } from 'vitest';
import { cache } from './cache';
import { createContent } from './content';

const QUERY = gql`
  query Name {
    name
    other
  }
`;
const failure = (code: string, data: object | null = null) => ({ data, errors: [{ message: 'no', extensions: { code } }] });

/** A page that shows QUERY, and a server that answers what it is told to. */
function show(patienceMs?: number) {
  const content = createContent({ patienceMs });
  let answer: object | Error = { data: { name: 'first', other: 1 } };
  let asked = 0;
  const client = new Client({
    url: 'http://localhost/graphql',
    preferGetMethod: false,
    exchanges: [content.exchange, fetchExchange],
    fetch: async () => {
      asked += 1;
      if (answer instanceof Error) throw answer;
      return new Response(JSON.stringify(answer), { headers: { 'content-type': 'application/json' } });
    },
  });
  const results: OperationResult[] = [];
  const { unsubscribe } = client.query(QUERY, {}).subscribe((result) => void results.push(result));
  const settle = () => new Promise((resolve) => setTimeout(resolve, 20));
  return {
    content,
    last: () => results.at(-1)!,
    asked: () => asked,
    leave: unsubscribe,
    settle,
    async again(next: object | Error) {
      answer = next;
      content.reload();
      await settle();
    },
    answer: (next: object) => (answer = next),
  };
}

it('keeps what was read when asking again fails, and says that it failed', async () => {
  const page = show();
  await page.settle();
  const nothings = [
    new TypeError('Failed to fetch'),
    failure('UNAUTHENTICATED'),
    failure('UPSTREAM_UNAVAILABLE', { name: null, other: null }),
  ];
  for (const nothing of nothings) {
    await page.again(nothing);
    expect(page.last().data).toEqual({ name: 'first', other: 1 });
    expect(page.last().error).toBeDefined();
  }
});

it('shows what has come in part, and what is refused not at all', async () => {
  const page = show();
  await page.settle();
  await page.again(failure('UPSTREAM_UNAVAILABLE', { name: 'second', other: null }));
  expect(page.last().data).toEqual({ name: 'second', other: null });
  await page.again(failure('FORBIDDEN'));
  expect(page.last().data ?? null).toBeNull();
});

it('asks again what failed and is still shown, and nothing else', async () => {
  const page = show();
  await page.settle();
  page.content.retry();
  await page.settle();
  expect(page.asked()).toBe(1);
  await page.again(new TypeError('Failed to fetch'));
  page.answer({ data: { name: 'third', other: 3 } });
  page.content.retry();
  await page.settle();
  expect([page.last().data, page.last().error]).toEqual([{ name: 'third', other: 3 }, undefined]);
  await page.again(new TypeError('Failed to fetch'));
  const before = page.asked();
  page.leave();
  page.content.retry();
  await page.settle();
  expect(page.asked()).toBe(before);
});

it('asks again by itself while a part of the product is away, until the page is left', async () => {
  const page = show(30);
  await page.settle();
  await page.again(failure('UPSTREAM_UNAVAILABLE', { name: 'second', other: null }));
  page.answer({ data: { name: 'third', other: 3 } });
  await expect.poll(() => page.last().data).toEqual({ name: 'third', other: 3 });
  const asked = page.asked();
  await page.settle();
  await page.settle();
  expect(page.asked()).toBe(asked);
});

it('says that a question failed until it is answered, whatever the cache learns from others meanwhile', async () => {
  const content = createContent({ patienceMs: 200 });
  let isAway = true;
  const client = new Client({
    url: 'http://localhost/graphql',
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
    exchanges: [content.exchange, cache(), fetchExchange],
    fetch: async (_, init) => {
      const names = [...String(init?.body).matchAll(/(\w+): violationCounts/g)].map(([, name]) => name);
      const data = { __typename: 'Query', ...Object.fromEntries(names.map((name) => [name, isAway ? null : []])) };
      // Of a part that is away no answer says which of its fields they are.
      const errors = [{ message: 'no', extensions: { code: 'UPSTREAM_UNAVAILABLE' } }];
      return new Response(JSON.stringify({ data, ...(isAway && { errors }) }), { headers: { 'content-type': 'application/json' } });
    },
  });
  const results: OperationResult[] = [];
  const show = (query: string) => client.query(gql(query), {});
  const both = show('{ open: violationCounts(by: SEVERITY) { value count } days: violationCounts(by: DAY) { value count } }');
  const shown = [both.subscribe((result) => void results.push(result))];
  await expect.poll(() => results.at(-1)?.error).toBeDefined();
  isAway = false;
  shown.push(show('{ all: violationCounts(by: SEVERITY) { value count } }').subscribe(() => {}));
  await expect.poll(() => results.at(-1)!.data).toEqual({ open: [], days: [] });
  expect(results.some(({ data }) => data.open !== null && data.days === null)).toBe(true);
  for (const { data, error } of results) expect(error !== undefined).toBe(data.days === null);
  for (const { unsubscribe } of shown) unsubscribe();
});
