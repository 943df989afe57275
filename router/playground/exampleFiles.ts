import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Example } from './examples.ts';

/** A folder for each task; the web client shows them, too. */
const FOLDER = new URL('../../schema/examples/', import.meta.url);

/** In the order of their file names, which is the order of the tabs. */
export function readExamples(): Example[] {
  return readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.graphql'))
    .map((file) => ({ file: basename(file), path: file.replaceAll('\\', '/') }))
    .sort((one, other) => (one.file < other.file ? -1 : 1))
    .map(({ file, path }) => ({ name: file.replace(/^\d+-|\.graphql$/g, ''), query: readFileSync(new URL(path, FOLDER), 'utf8') }));
}
