import { describe, expect, it } from 'vitest';
import { readExamples } from './example-files';
import { describeExample, exampleVariables, groupByTask, requiredVariables } from './examples';

const sample = {
  sources: { nodes: [{ id: 's' }] },
  assets: { nodes: [{ id: 'a', version: 3, namespace: 'postgres://h:5432', name: 'd."s".t' }] },
};
const examples = await readExamples();

describe('the examples', () => {
  it('stand under their tasks', () => {
    expect(groupByTask(examples).map(({ title }) => title)).toEqual(['Find', 'Lineage', 'Violations', 'Live', 'Change']);
    expect(new Set(examples.map(({ title }) => title)).size).toBe(examples.length);
  });
  it.each(examples)('say what they are about, and have all their variables: $title', ({ about, query }) => {
    expect(about).toMatch(/^[A-Z].*\.$/);
    const variables = exampleVariables(query, sample);
    expect(Object.keys(JSON.parse(variables || '{}') as object).sort()).toEqual(requiredVariables(query).sort());
  });
});

it('an example is named after its operation', () => {
  expect(describeExample('live', '# Every scan,\n# as it goes.\nsubscription ScanProgress($after: String) { a }')).toMatchObject({
    title: 'Scan progress',
    about: 'Every scan, as it goes.',
  });
});

it('variables are left out where there is nothing to take them from', () => {
  expect(exampleVariables('mutation A($sourceId: ID!) { x }', { sources: { nodes: [] }, assets: null })).toBe('');
  expect(exampleVariables('mutation A($sourceId: ID!) { x }', null)).toBe('');
  expect(exampleVariables('query A($name: String!, $x: Int = 1) { x }', sample)).toBe('{\n  "name": "d.\\"s\\".t"\n}');
});
