/** Meilisearch's filter expressions, as its documentation has them: for the contract server. */

export type Document = Readonly<Record<string, unknown>>;
type Test = (document: Document) => boolean;
/** `comparison`: whether `<` and the like are used. Throws where the attribute may not be filtered so. */
export type CheckAttribute = (attribute: string, comparison: boolean) => void;

export class FilterError extends Error {}

const MOST_DEPTH = 150;
const TOKEN = /\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(!=|<=|>=|[()[\],=<>])|([^\s()[\],=<>!"']+))/y;

type Token = { text: string; isQuoted: boolean };

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (text.slice(TOKEN.lastIndex).trim() !== '') {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw new FilterError(`Found unexpected characters at ${at}: \`${text.slice(at, at + 20)}\`.`);
    const quoted = match[1] ?? match[2];
    tokens.push({ text: quoted?.replaceAll(/\\(.)/g, '$1') ?? match[3] ?? match[4]!, isQuoted: quoted !== undefined });
  }
  return tokens;
}

/** As Meilisearch compares values of facets. */
export const normalize = (text: string): string => {
  const folded = text.trim().normalize('NFKD').toLowerCase();
  return Buffer.byteLength(folded) <= 468 ? folded : new TextDecoder().decode(Buffer.from(folded).subarray(0, 468), { stream: true });
};

const valuesOf = (document: Document, attribute: string): unknown[] => [document[attribute] ?? []].flat();
const textOf = (value: unknown): string => normalize(String(value));

/** An expression, or a list of them that have to hold all; in a list within the list one has to. */
export function parseFilter(filter: unknown, check: CheckAttribute): Test {
  if (typeof filter === 'string') return parse(filter, check);
  if (!Array.isArray(filter)) throw new FilterError('Invalid syntax for the filter parameter: `expected String, Array`.');
  const tests = filter.map((part: unknown): Test => {
    if (!Array.isArray(part)) return parseFilter(part, check);
    const any = part.map((each: unknown) => parseFilter(each, check));
    return (document) => any.some((test) => test(document));
  });
  return (document) => tests.every((test) => test(document));
}

function parse(text: string, check: CheckAttribute): Test {
  const tokens = tokenize(text);
  let at = 0;
  let depth = 0;
  const isWord = (word: string, offset = 0): boolean => tokens[at + offset]?.text === word && !tokens[at + offset]!.isQuoted;
  const take = (word: string): boolean => isWord(word) && at++ >= 0;
  const next = (): string => {
    const token = tokens[at++];
    if (!token) throw new FilterError('Was expecting a value but instead got nothing.');
    return token.text;
  };
  const expect = (word: string): void => {
    if (!take(word)) throw new FilterError(`Was expecting \`${word}\` at \`${tokens[at]?.text ?? ''}\`.`);
  };

  function parseOr(): Test {
    if (++depth > MOST_DEPTH) throw new FilterError('The filter exceeded the maximum depth limit.');
    const tests = [parseAnd()];
    while (take('OR')) tests.push(parseAnd());
    depth--;
    return tests.length === 1 ? tests[0]! : (document) => tests.some((test) => test(document));
  }
  function parseAnd(): Test {
    const tests = [parseNot()];
    while (take('AND')) tests.push(parseNot());
    return tests.length === 1 ? tests[0]! : (document) => tests.every((test) => test(document));
  }
  function parseNot(): Test {
    if (take('NOT')) return negate(parseNot());
    if (!take('(')) return parseCondition();
    const inner = parseOr();
    expect(')');
    return inner;
  }
  function parseCondition(): Test {
    const attribute = next();
    if (take('NOT')) return negate(parseOperator(attribute));
    return parseOperator(attribute);
  }
  function parseOperator(attribute: string): Test {
    const operator = next();
    check(attribute, ['<', '<=', '>', '>='].includes(operator));
    if (operator === '=') return equals(attribute, next());
    if (operator === '!=') return negate(equals(attribute, next()));
    if (operator === '<') return compares(attribute, next(), (a, b) => a < b);
    if (operator === '<=') return compares(attribute, next(), (a, b) => a <= b);
    if (operator === '>') return compares(attribute, next(), (a, b) => a > b);
    if (operator === '>=') return compares(attribute, next(), (a, b) => a >= b);
    if (operator === 'EXISTS') return (document) => attribute in document;
    if (operator === 'STARTS') {
      expect('WITH');
      const prefix = normalize(next());
      return (document) => valuesOf(document, attribute).some((each) => typeof each === 'string' && textOf(each).startsWith(prefix));
    }
    if (operator === 'IS') {
      const test = take('NOT') ? negate : (each: Test) => each;
      if (take('EMPTY')) return test((document) => isEmpty(document[attribute]));
      expect('NULL');
      return test((document) => document[attribute] === null);
    }
    if (operator !== 'IN') throw new FilterError(`Was expecting an operation at \`${attribute} ${operator}\`.`);
    expect('[');
    const tests: Test[] = [];
    while (!take(']')) {
      tests.push(equals(attribute, next()));
      if (!take(',') && !isWord(']')) throw new FilterError('Expected only comma-separated field names inside `IN[..]`.');
    }
    return (document) => tests.some((test) => test(document));
  }

  const test = parseOr();
  if (at < tokens.length) throw new FilterError(`Found unexpected characters at the end of the filter: \`${tokens[at]!.text}\`.`);
  return test;
}

const negate =
  (test: Test): Test =>
  (document) =>
    !test(document);
const equals = (attribute: string, value: string): Test => {
  const text = normalize(value);
  return (document) => valuesOf(document, attribute).some((each) => textOf(each) === text);
};
const compares = (attribute: string, value: string, test: (a: number, b: number) => boolean): Test => {
  const number = Number(value);
  return (document) => valuesOf(document, attribute).some((each) => typeof each === 'number' && test(each, number));
};
const isEmpty = (value: unknown): boolean =>
  value === '' ||
  (Array.isArray(value) && value.length === 0) ||
  (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
