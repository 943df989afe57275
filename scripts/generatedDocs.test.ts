import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { generateDocs } from './generatedDocs.ts';

it.each([...generateDocs()])('%s says what the code says', (path, text) => {
  expect(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')).toBe(text);
});
