import { expect, it } from 'vitest';
import { paramsSchemaOf, problemsOf } from './params-schema';

const labels = { type: 'array', minItems: 1, items: { type: 'string' } };
const rule = { name: 'x', description: '', paramsSchema: { type: 'object', properties: { labels, names: labels }, required: ['labels'] } };

it('offers the labels that there are where labels are asked for, and only there', () => {
  const { properties } = paramsSchemaOf(rule, ['EMAIL', 'IBAN']);
  expect(properties!.labels!.items!.enum).toEqual(['EMAIL', 'IBAN']);
  expect(properties!.names).toEqual(labels);
  expect(paramsSchemaOf(rule, null)).toEqual(rule.paramsSchema);
});

it('says what is wrong before the server is asked, and nothing of a rule that is not known', () => {
  expect(Object.keys(problemsOf(rule, { labels: [] }))).toEqual(['labels']);
  expect(problemsOf(rule, { labels: ['EMAIL'] })).toEqual({});
  expect(problemsOf(undefined, {})).toEqual({});
  expect(problemsOf({ ...rule, paramsSchema: null }, {})).toEqual({});
});
