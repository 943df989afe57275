import { readdirSync, readFileSync } from 'node:fs';
import type { Example } from './examples.ts';

const FOLDER = new URL('examples/', import.meta.url);

/** In the order of their file names, which is the order of the tabs. */
export function readExamples(): Example[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.graphql'))
    .sort()
    .map((file) => ({ name: file.replace(/^\d+-|\.graphql$/g, ''), query: readFileSync(new URL(file, FOLDER), 'utf8') }));
}
