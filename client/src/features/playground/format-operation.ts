import { Lexer, parse, print, Source, TokenKind, type Token } from 'graphql';

/** An operation in the usual lines. GraphQL's own printer knows no comments: they are put back before what they stood before. */
export function formatOperation(text: string): string {
  const printed = print(parse(text, { noLocation: true })).trimEnd();
  const before = tokensOf(text);
  const after = significant(tokensOf(printed));
  const comments = before.filter(({ kind }) => kind === TokenKind.COMMENT);
  if (comments.length === 0) return `${printed}\n`;

  const kept = significant(before);
  // The printer leaves out the word of what has no name: `query { … }` becomes `{ … }`.
  const offsets = align(kept, after);
  if (!offsets) return text;
  const lines = printed.split('\n');
  const own: string[][] = lines.map(() => []);
  const ends: string[] = lines.map(() => '');
  const last: string[] = [];
  for (const comment of comments) {
    const next = kept.findIndex(({ start }) => start > comment.start);
    const previous = next === -1 ? kept.length - 1 : next - 1;
    const isBehind = previous >= 0 && kept[previous]!.line === comment.line;
    const line = (index: number): number => after[offsets[index]!]!.line - 1;
    const written = `#${comment.value.trimEnd()}`;
    if (isBehind && ends[line(previous)] === '') ends[line(previous)] = ` ${written}`;
    else if (next === -1) last.push(written);
    else own[line(next)]!.push(indentOf(lines[line(next)]!) + (kept[next]!.kind === TokenKind.BRACE_R ? '  ' : '') + written);
  }
  return `${[...lines.flatMap((line, index) => [...own[index]!, line + ends[index]!]), ...last].join('\n')}\n`;
}

const indentOf = (line: string): string => /^ */.exec(line)![0];
const significant = (tokens: Token[]): Token[] => tokens.filter(({ kind }) => kind !== TokenKind.COMMENT);

function tokensOf(text: string): Token[] {
  const lexer = new Lexer(new Source(text));
  const tokens: Token[] = [];
  // `advance` leaves comments out; they hang between the others.
  while (lexer.advance().kind !== TokenKind.EOF) {
    const behind: Token[] = [];
    for (let token = lexer.token.prev; token?.kind === TokenKind.COMMENT; token = token.prev) behind.unshift(token);
    tokens.push(...behind, lexer.token);
  }
  const behind: Token[] = [];
  for (let token = lexer.token.prev; token?.kind === TokenKind.COMMENT; token = token.prev) behind.unshift(token);
  return [...tokens, ...behind];
}

/** For each token of the text its place among those printed; null where they are not the same. */
function align(before: Token[], after: Token[]): number[] | null {
  const places: number[] = [];
  let at = 0;
  for (const token of before) {
    const isSame = after[at]?.kind === token.kind && (token.kind === TokenKind.BLOCK_STRING || after[at]!.value === token.value);
    if (isSame) places.push(at++);
    else if (token.kind === TokenKind.NAME && token.value === 'query') places.push(at);
    else return null;
  }
  return at === after.length ? places : null;
}
