/** `npm run docs` writes the documents that are made from code; `npm run docs -- --check` writes nothing and fails when one differs. */
import { readFileSync, writeFileSync } from 'node:fs';
import { readOptions } from '#deploy/testing/options.ts';
import { generateDocs } from './generatedDocs.ts';

const { values } = readOptions('npm run docs [-- --check]', { options: { check: { type: 'boolean', default: false } } });
for (const [path, text] of generateDocs()) {
  const file = new URL(`../${path}`, import.meta.url);
  if (!values.check) {
    writeFileSync(file, text);
  } else if (readFileSync(file, 'utf8') !== text) {
    console.error(`${path} is not what the code says: run \`npm run docs\` and commit it.`);
    process.exitCode = 1;
  }
}
