import { expect, it } from 'vitest';
import { changeInWords } from './policy-versions';

const changed = (...paths: string[]) => changeInWords('policy.updated', { changes: paths.map((path) => ({ path })) });

it('says what an edit was about, each part once', () => {
  expect(changed('/scope')).toBe('changed the scope');
  expect(changed('/name', '/params', '/scope')).toBe('changed the name, the parameters and the scope');
  expect(changed()).toBe('changed it');
});

it('says what became of the policy', () => {
  expect(changeInWords('policy.created', { name: 'x' })).toBe('wrote it');
  expect(changeInWords('policy.published', null)).toBe('published it');
  expect(changeInWords('policy.retired', {})).toBe('retired it');
});
