/** The documents that are written from code: what each has to say. */
import { settingsSchema } from '#platform/config.ts';
import { ERROR_CODES } from '#router/errorCodes.ts';

const NOTE = '<!-- Written by `npm run docs` from the code; `npm run verify` fails when it differs. Edit there, not here. -->';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const table = (head: string[], rows: string[][]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');

/** A default as it is written in a file; a set's or a map's is empty. */
function defaultOf(name: keyof typeof settingsSchema.shape): string {
  const { data } = settingsSchema.shape[name].safeParse(undefined);
  return data === undefined || typeof data === 'object' || data === '' ? '–' : `\`${String(data)}\``;
}

function configuration(): string {
  const names = Object.keys(settingsSchema.shape) as (keyof typeof settingsSchema.shape)[];
  const rows = names.map((name) => [`\`${name}\``, defaultOf(name), settingsSchema.shape[name].description ?? '']);
  return `# Configuration

${NOTE}

Settings come from the environment, and from the file \`.env\` in the folder that the product is started in (\`.env.example\` is
one to copy); the environment goes first. An empty value counts as none. A value that cannot be used stops the start, and all
problems are told together. Every command of \`npm run\` reads the same settings.

${table(['setting', 'default', 'meaning'], rows)}

\`npx pursight\` is a client and reads none of these, but \`PURSIGHT_URL\` and \`PURSIGHT_TOKEN\`; only the commands that say that they need
the database (\`npx pursight --help\`) read them.
`;
}

function errors(): string {
  const sections = Object.entries(ERROR_CODES).map(([code, { status, when, fields, remedy }]) => {
    const names = Object.entries<string>(fields);
    const optional = (name: string): string => (name.endsWith('?') ? `\`${name.slice(0, -1)}\` (not always)` : `\`${name}\``);
    return `## ${code}

${when}

HTTP status ${status}. ${remedy}
${names.length > 0 ? `\n${names.map(([name, meaning]) => `- ${optional(name)}: ${meaning}`).join('\n')}\n` : ''}`;
  });
  return `# Errors

${NOTE}

Each error of an answer has \`extensions.code\`, one of those below, and beside it the figures and names that are listed with the code.
Switch on the code, never on the message: messages are for people, and may change. The HTTP status is that of an answer
without data; an answer that has some of what was asked for has 200, with the errors of the rest beside it
(\`docs/http.md\` has the details). \`x-request-id\` of every answer is the id under which the log speaks of it.

${table(
  ['code', 'status'],
  Object.entries(ERROR_CODES).map(([code, { status }]) => [`[${code}](#${code.toLowerCase()})`, String(status)]),
)}

${sections.join('\n')}`;
}

/** Paths from the repository's root, and their whole text. */
export const generateDocs = (): ReadonlyMap<string, string> =>
  new Map([
    ['docs/configuration.md', configuration()],
    ['docs/errors.md', errors()],
  ]);
