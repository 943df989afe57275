import { expect, it } from 'vitest';
import { sightOf } from './sight';

const all = [
  { value: 'a', count: 10 },
  { value: 'b', count: 4 },
];

it('tells of each source what is seen and what there is', () => {
  expect(sightOf([{ value: 'b', count: 3 }], all, [{ role: 'READER', domainId: 'd' }])).toEqual({
    assets: 3,
    ofAssets: 14,
    sources: [{ id: 'b', count: 3, of: 4 }],
  });
  expect(sightOf([], all, [])).toEqual({ assets: 0, ofAssets: 14, sources: [] });
});

it('tells a source that a role lets one read also where nothing is in it, and once', () => {
  const roles = [
    { role: 'READER', sourceId: 'c' },
    { role: 'STEWARD', sourceId: 'c' },
    { role: 'INGESTOR', sourceId: 'd' },
    { role: 'READER', sourceId: 'a' },
  ] as const;
  expect(sightOf([all[0]!], all, roles).sources).toEqual([
    { id: 'a', count: 10, of: 10 },
    { id: 'c', count: 0, of: 0 },
  ]);
});

it('never tells more of a source than there is', () => {
  expect(sightOf([{ value: 'a', count: 11 }], [{ value: 'a', count: 10 }], [])).toEqual({
    assets: 11,
    ofAssets: 11,
    sources: [{ id: 'a', count: 11, of: 11 }],
  });
});
