/** What came together with the session: each answer for the first who asks just that. */
export type FirstAnswer = { name: string; hash: string; variables: object; data: unknown };
type Body = { operationName?: string; variables?: object; extensions?: { persistedQuery?: { sha256Hash?: string } } };

/** Older ones are asked for anew: a page that was long on its way shows what is. */
const FRESH_MS = 10_000;

/** However they are ordered. */
const keyOf = (variables: object = {}): string => JSON.stringify(Object.entries(variables).toSorted());

let answers: FirstAnswer[] = [];
let freshUntil = 0;

/** `at`: when they came, in milliseconds since 1970. */
export function keepFirst(came: readonly FirstAnswer[], at: number): void {
  answers = [...came];
  freshUntil = at + FRESH_MS;
}

/** As urql takes it: `fetch`, but for what is here already. */
export const fetchFirst: typeof fetch = async (input, init) => takeFirst(init?.body) ?? fetch(input, init);

function takeFirst(body: unknown): Response | undefined {
  if (answers.length === 0 || typeof body !== 'string') return undefined;
  if (Date.now() > freshUntil) return void (answers = []);
  const { operationName, variables, extensions } = JSON.parse(body) as Body;
  const hash = extensions?.persistedQuery?.sha256Hash;
  const asked = keyOf(variables);
  const index = answers.findIndex((each) => each.name === operationName && each.hash === hash && keyOf(each.variables) === asked);
  const [found] = index < 0 ? [] : answers.splice(index, 1);
  return found && new Response(JSON.stringify({ data: found.data }), { headers: { 'content-type': 'application/json' } });
}
