/** Takes the commands and queries out of the documents, so that they can be executed. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** The only way out, to be seen by whoever reads the document. */
const NOT_RUN = /\s+# not run by the tests: (\S.*)$/;
/** `text` is a picture or an output. Anything else must be something that is executed, or this file must learn it. */
const KNOWN = new Set(['sh', 'graphql', 'text']);

export type Snippet = { file: string; line: number; text: string };
export type Command = Snippet & { notRun: string | undefined };

const documents = (): string[] => [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`)
    .sort(),
];

export function readSnippets(files = documents()): { commands: Command[]; queries: Snippet[] } {
  const blocks = files.flatMap(readBlocks);
  return {
    queries: blocks.filter(({ language }) => language === 'graphql'),
    commands: blocks.filter(({ language }) => language === 'sh').flatMap(toCommands),
  };
}

type Block = Snippet & { language: string };

function readBlocks(file: string): Block[] {
  const lines = readFileSync(join(ROOT, file), 'utf8').split('\n');
  const blocks: Block[] = [];
  let open: Block | undefined;
  for (const [index, text] of lines.entries()) {
    const fence = /^\s*```(.*)$/.exec(text);
    if (!fence) {
      if (open) open.text += `${text}\n`;
    } else if (open) {
      blocks.push(open);
      open = undefined;
    } else {
      open = { file, line: index + 2, text: '', language: fence[1]!.trim() };
      if (!KNOWN.has(open.language)) throw new Error(`${file}:${index + 1} opens a block of "${open.language}"; use sh, graphql or text.`);
    }
  }
  if (open) throw new Error(`${file}:${open.line} opens a block that never ends.`);
  return blocks;
}

/** One command a line. */
function toCommands({ file, line, text }: Block): Command[] {
  return text
    .split('\n')
    .map((command, index) => ({ file, line: line + index, text: command.replace(NOT_RUN, '').trim(), notRun: NOT_RUN.exec(command)?.[1] }))
    .filter((command) => command.text !== '' && !command.text.startsWith('#'));
}
