/** What no answer may be, whatever was asked. */
import { ERROR_CODES } from '#router/errorCodes.ts';
import type { Viewer } from './stage.ts';

export type Failure = { kind: string; what: string };

/** Suggestions (but the parser's own about quotes), stacks, paths, SQL, other parts' names for things: in no error. */
const INTERNALS =
  /did you mean(?! to use a double quote)|node_modules|\/platform\/|stacktrace|\bat .+\.ts:\d|\bselect .+ from\b|ftv1|queryPlan|serviceName|"exception"|postgres\.js|graphql-js|relation "|syntax error at or near/i;
/** An answer may take as long as an operation may, which ends with TIMEOUT: nothing that is asked here should come near it. */
const NEVER = ['INTERNAL_SERVER_ERROR', 'TIMEOUT'];
const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

type Errors = { message?: unknown; extensions?: Record<string, unknown> }[];

/** `sent`: all text that was sent, which an error's message may repeat. */
export function judgeBody(body: { data?: unknown; errors?: unknown }, viewer: Viewer, sent: string): Failure[] {
  const failures: Failure[] = [];
  const errors = (Array.isArray(body.errors) ? body.errors : body.errors === undefined ? [] : [body.errors]) as Errors;
  for (const error of errors) failures.push(...judgeError(error, sent));
  failures.push(...leaks(body.data, viewer, sent).map((what) => ({ kind: 'leak', what: `${viewer.name} was given ${what}` })));
  for (const secret of secretsIn(JSON.stringify(errors), viewer)) {
    if (!isEcho(secret, sent)) failures.push({ kind: 'leak', what: `an error told ${viewer.name} of ${secret}` });
  }
  if (viewer.token === null && hasValue(body.data) && !/signIn|refreshSession/.test(sent)) {
    failures.push({ kind: 'leak', what: 'there are data for who is not signed in' });
  }
  return failures;
}

/** An answer of another door than GraphQL's. */
export function judgeText(text: string, viewer: Viewer, sent: string): Failure[] {
  const [internal] = INTERNALS.exec(text) ?? [];
  return [
    ...(internal && !sent.includes(internal) ? [{ kind: 'internals in an answer', what: text }] : []),
    ...[...secretsIn(text, viewer)]
      .filter((secret) => !isEcho(secret, sent))
      .map((secret) => ({ kind: 'leak', what: `${viewer.name} was told of ${secret}: ${text}` })),
  ];
}

function judgeError({ message, extensions }: Errors[number], sent: string): Failure[] {
  const { code, ...details } = extensions ?? {};
  if (typeof message !== 'string' || typeof code !== 'string')
    return [{ kind: 'undocumented error', what: JSON.stringify({ message, extensions }) }];
  const documented = ERROR_CODES[code as keyof typeof ERROR_CODES] as { fields: Record<string, string> } | undefined;
  if (!documented) return [{ kind: 'undocumented error', what: `code ${code}` }];
  if (NEVER.includes(code)) return [{ kind: code, what: `${message} ${JSON.stringify(details)}` }];
  const failures: Failure[] = [];
  const names = Object.keys(documented.fields);
  const odd = Object.keys(details).filter((name) => !names.includes(name) && !names.includes(`${name}?`));
  const missing = names.filter((name) => !name.endsWith('?') && details[name] == null);
  if (odd.length + missing.length > 0)
    failures.push({ kind: 'undocumented error', what: `${code} has ${odd.join()} and lacks ${missing.join()}: ${message}` });
  const [internal] = INTERNALS.exec(message) ?? [];
  if (internal && !sent.includes(internal)) failures.push({ kind: 'internals in an error', what: message });
  return failures;
}

const hasValue = (data: unknown): boolean => data != null && Object.values(data).some((value) => value != null);

/** Ids are told in small letters, however they were asked for. */
const isEcho = (secret: string, sent: string): boolean => sent.toLowerCase().includes(secret.toLowerCase());

function* secretsIn(text: string, { secrets }: Viewer): Generator<string> {
  for (const id of text.match(ID) ?? []) if (secrets.has(id.toLowerCase())) yield id;
  for (const secret of secrets) if (secret.length !== 36 && text.includes(secret)) yield secret;
}

/** Where data tell a viewer what it may not see; also inside of cursors. A batch of changes repeats the ids that it was given. */
function leaks(value: unknown, viewer: Viewer, sent: string, path: (string | number)[] = []): string[] {
  if (typeof value === 'string') {
    const decoded = /^[\w-]{12,}$/.test(value) ? Buffer.from(value, 'base64url').toString('utf8') : '';
    return [...secretsIn(`${value}\n${decoded}`, viewer)]
      .filter((secret) => !(/mutation/.test(sent) && isEcho(secret, sent)))
      .map((secret) => `${secret} at ${path.join('.')}`);
  }
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, each]) => [...secretsIn(name, viewer), ...leaks(each, viewer, sent, [...path, name])]);
}

/** The cursors in an answer, for others to try. */
export function cursorsIn(value: unknown, name = ''): string[] {
  if (typeof value === 'string') return /cursor/i.test(name) ? [value] : [];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, each]) => cursorsIn(each, Array.isArray(value) ? name : key));
}
