/** Runs on the server only. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeExample, type Example } from './examples';

/** From the repository's folder, in which every command of the product runs. */
const folder = (): string => join(process.cwd(), 'schema', 'examples');

/** A folder for each task; within it by the files' names. */
export async function readExamples(): Promise<Example[]> {
  const tasks = (await readdir(folder(), { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const groups = tasks.map(async (task) => {
    const files = (await readdir(join(folder(), task))).filter((file) => file.endsWith('.graphql')).sort();
    return Promise.all(files.map(async (file) => describeExample(task, await readFile(join(folder(), task, file), 'utf8'))));
  });
  return (await Promise.all(groups)).flat();
}
