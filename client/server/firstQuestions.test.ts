import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { firstQuestions } from './firstQuestions.ts';

const ID = '01a20be3-061d-75d0-864a-e86f95fd956b';
const namesOf = (page: string, viewerId: string | null = ID) => firstQuestions(page, viewerId).map(({ name }) => name);

it('names operations that there are, with variables that they take', () => {
  const sources = join(import.meta.dirname, '../src');
  const texts = readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !file.startsWith('gql') && !file.includes('.test.'))
    .map((file) => readFileSync(join(sources, file), 'utf8'));
  const all = texts.join('\n');
  for (const page of ['/', `/assets/${ID}`]) {
    for (const { name, variables } of firstQuestions(page, ID)) {
      const [, taken = ''] = new RegExp(`query ${name}\\b *(\\([^)]*\\))?`).exec(all) ?? expect.fail(`there is no query ${name}`);
      for (const variable of Object.keys(variables)) expect(`${name} ${taken}`).toContain(`$${variable}:`);
    }
  }
});

it('takes what a page is about from its address, and nothing else of it', () => {
  expect(firstQuestions(`/assets/${ID}`, null).at(-1)).toEqual({ name: 'AssetHeaderViolations', variables: { id: ID } });
  const around = ['ProvidersMe', 'NavigationOpen'];
  for (const page of ['/tags', `/assets/${ID}x`, `/assets/${ID}/`, '/assets/1', `/assets/${ID}?tab=history`, '/?of=all', '', '//']) {
    expect(namesOf(page)).toEqual(around);
  }
  expect(namesOf('/', null)).not.toContain('NeedsViolations');
  expect(namesOf('/')).toContain('NeedsViolations');
});
