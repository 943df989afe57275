import { describe, expect, it } from 'vitest';
import { createRandom } from '../graph/testing/randomHistory.ts';
import { createDeadline } from './budgets.ts';
import { listShortest } from './shortestPaths.ts';

const WHILE = createDeadline(600_000);

const steps = (text: string) =>
  text.split(' ').map((step) => {
    const [fromId, toId] = step.split('>') as [string, string];
    return { fromId, toId };
  });
const list = async (text: string, { maxLength = 20, limit = 100 } = {}) =>
  (await listShortest(steps(text), { fromId: 'a', toId: 'z', maxLength, limit, deadline: WHILE })).paths.map((path) => path.join(''));

/** Every simple path, by walking on from each. */
function walkOn(all: ReturnType<typeof steps>, path: string[], maxLength: number): string[][] {
  const end = path.at(-1)!;
  if (end === 'z') return [path];
  if (path.length > maxLength) return [];
  return all.flatMap(({ fromId, toId }) => (fromId === end && !path.includes(toId) ? walkOn(all, [...path, toId], maxLength) : []));
}

describe('shortest paths', () => {
  it('are ordered by length, then by their nodes, and visit no node twice', async () => {
    const text = 'a>z a>c c>z a>b b>z b>c c>b c>d d>z b>a z>a z>d d>a a>a b>b';
    expect(await list(text)).toEqual(['az', 'abz', 'acz', 'abcz', 'acbz', 'acdz', 'abcdz']);
    expect(await list(text, { maxLength: 2 })).toEqual(['az', 'abz', 'acz']);
    expect(await list(text, { limit: 4 })).toEqual(['az', 'abz', 'acz', 'abcz']);
    expect(await list('b>z a>c')).toEqual([]);
    expect(await list('z>a')).toEqual([]);
  });

  it('are found where only one way out of a dense place is left, and the next of billions as soon as the first', async () => {
    const dense = Array.from({ length: 40 }, (_, from) => Array.from({ length: 40 }, (__, to) => (from === to ? [] : [`n${from}>n${to}`])));
    // From `a` into it and out of it leads the same node: what is within is on no way.
    expect(await list(`a>n0 n0>z ${dense.flat(2).join(' ')}`)).toEqual(['an0z']);
    const through = await list(`a>n0 n39>z ${dense.flat(2).join(' ')}`, { limit: 50 });
    expect(through.slice(0, 3)).toEqual(['an0n39z', 'an0n1n39z', 'an0n10n39z']);
    expect([new Set(through).size, through.at(-1)]).toEqual([50, 'an0n1n2n39z']);
  });

  it('says when time ran out', async () => {
    const late = { isOver: () => true };
    expect(await listShortest(steps('a>z'), { fromId: 'a', toId: 'z', maxLength: 1, limit: 1, deadline: late })).toEqual({
      paths: [],
      isCut: true,
    });
  });

  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1_000_000));
  it(`are those that walking on finds (SEED=${seed})`, async () => {
    const random = createRandom(seed);
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'z'];
    for (let round = 0; round < 300; round++) {
      const given = new Set(Array.from({ length: random.between(0, 40) }, () => `${random.one(names)}>${random.one(names)}`));
      const all = [...given].flatMap(steps);
      const maxLength = random.between(1, 8);
      const limit = random.between(1, 60);
      const expected = walkOn(all, ['a'], maxLength)
        .map((path) => path.join(''))
        .sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
      const { paths } = await listShortest(all, { fromId: 'a', toId: 'z', maxLength, limit, deadline: WHILE });
      expect(
        paths.map((path) => path.join('')),
        [...given].join(' '),
      ).toEqual(expected.slice(0, limit));
    }
  });
});
