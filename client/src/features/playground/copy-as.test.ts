import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { copyAsCurl, copyAsPython, copyAsPythonSocket, quoteForPython, quoteForShell, toPython } from './copy-as';

const AWKWARD = [
  `it's "quoted"`,
  '$HOME `id` $(id) !! \\ \\n % #',
  "''; echo no; '",
  'two\nlines\tand a tab',
  '"""block\\""" ends with a quote"',
  'Zürich \u2028 表 😀',
];
const ORIGIN = 'https://catalog.example.org';

/** The arguments that a shell gives to `curl`. */
function argumentsOf(command: string): string[] {
  const script = `curl() { printf '%s\\0' "$@"; }\n${command}\n`;
  const { stdout } = spawnSync('/bin/sh', ['-c', script], { encoding: 'utf8', env: { ...process.env, PURSIGHT_TOKEN: 'a-token' } });
  return stdout.split('\0').slice(0, -1);
}

describe('an operation as curl', () => {
  it.each(AWKWARD)('reaches the command as it is: %j', (text) => {
    const operation = { query: `{ a(b: ${JSON.stringify(text)}) }`, variables: { text }, operationName: 'A' };
    const given = argumentsOf(copyAsCurl(operation, ORIGIN));
    expect(JSON.parse(given.at(-1)!)).toEqual(operation);
    expect(given).toContain(`${ORIGIN}/graphql`);
  });
  it('takes the token from the environment when it runs', () => {
    const command = copyAsCurl({ query: '{ a }' }, ORIGIN);
    expect(command).toContain('$PURSIGHT_TOKEN');
    expect(argumentsOf(command)).toContain('Authorization: Bearer a-token');
  });
  it('has nothing within quotes that a shell would look at', () => expect(quoteForShell("a'b$c")).toBe(String.raw`'a'\''b$c'`));
});

/** As Python reads what stands between three quotes, of the escapes that are written here. */
const readPython = (literal: string): string => {
  const [, inner] = /^"""\\\n([^]*)\n"""$/.exec(literal)!;
  expect(inner).not.toMatch(/(?<!\\)"""/);
  return inner!.replaceAll(/\\(?:x([0-9a-f]{2})|(["\\]))/g, (_all, hex: string | undefined, sign: string) =>
    hex ? String.fromCharCode(Number.parseInt(hex, 16)) : sign,
  );
};

describe('an operation as Python', () => {
  it.each([...AWKWARD, 'four """" quotes', 'a \\', 'a bell \u0007'])('keeps its text: %j', (text) => {
    expect(readPython(quoteForPython(text))).toBe(text);
  });
  it('writes values of JSON as Python has them', () => {
    expect(toPython({ a: null, b: [true, false], c: {}, d: 1.5, e: 'it\'s "so"\n' })).toBe(
      '{\n    "a": None,\n    "b": [\n        True,\n        False,\n    ],\n    "c": {},\n    "d": 1.5,\n    "e": "it\'s \\"so\\"\\n",\n}',
    );
  });
  it('names the operation and gives variables only where there are any', () => {
    expect(copyAsPython({ query: '{ a }' }, ORIGIN)).not.toMatch(/variables|operationName/);
    const program = copyAsPython({ query: '{ a }', variables: { id: 'x' }, operationName: 'A' }, ORIGIN);
    expect(program).toContain('"operationName": "A"');
    expect(program).toContain(`"${ORIGIN}/graphql"`);
    expect(program).toContain("os.environ['PURSIGHT_TOKEN']");
  });
  it('listens to a subscription at the address for sockets', () => {
    const program = copyAsPythonSocket({ query: 'subscription { a }' }, ORIGIN);
    expect(program).toContain('"wss://catalog.example.org/graphql"');
    expect(program).toContain('os.environ["PURSIGHT_TOKEN"]');
  });
});
