import { expect, it } from 'vitest';
import { assetFacts } from '../testing/facts.ts';
import { labelRequired } from './labelRequired.ts';

const finds = (columns: Record<string, string[]>, labels: string[]): number =>
  labelRequired.check(assetFacts({ columns }), { labels }).length;

it('finds an asset without a column that is labelled so', () => {
  expect(finds({ id: [], mail: ['PHONE'] }, ['EMAIL'])).toBe(1);
});

it('is content with one of the labels at one of the columns', () => {
  expect(finds({ id: [], mail: ['EMAIL'] }, ['EMAIL'])).toBe(0);
  expect(finds({ id: ['IBAN'], mail: [] }, ['EMAIL', 'IBAN'])).toBe(0);
});

it('asks nothing of what has no columns', () => {
  expect(finds({}, ['EMAIL'])).toBe(0);
});

it('takes the names of labels that there are, and one at least', () => {
  expect(labelRequired.paramsSchema.safeParse({ labels: ['EMAIL'] }).success).toBe(true);
  expect(labelRequired.paramsSchema.safeParse({ labels: ['email'] }).error!.issues[0]!.path).toEqual(['labels', 0]);
  expect(labelRequired.paramsSchema.safeParse({ labels: [] }).success).toBe(false);
});
