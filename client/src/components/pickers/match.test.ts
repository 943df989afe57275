import { expect, it } from 'vitest';
import { matchByName } from './match';

const named = (...names: string[]) => names.map((name) => ({ name }));
const found = (text: string, ...names: string[]) => matchByName(named(...names), text).map(({ name }) => name);

it('finds everything without a text', () => expect(found(' ', 'b', 'a')).toEqual(['b', 'a']));

it('has names that begin so first, then words, then what is inside', () =>
  expect(found('pay', 'Repayments', 'Team payments', 'Payments', 'Orders')).toEqual(['Payments', 'Team payments', 'Repayments']));

it('looks at neither case nor accents', () => expect(found('zurich', 'Zürich', 'ZURICH-2')).toEqual(['Zürich', 'ZURICH-2']));
