/** Where the query of a view names the columns that it gives. */

/** `from`, `to`: in UTF-16 units of the text. `name`: as the source has it. */
export type OutputColumn = { from: number; to: number; name: string };
type Token = { text: string; from: number; depth: number; isName: boolean };

/** In this order: comment, string, quoted name, name, number; else a single sign. */
const TOKEN =
  /(--[^\n]*|\/\*[\s\S]*?\*\/)|([eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|\$(\w*)\$[\s\S]*?\$\3\$)|("(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*)|\d[\w.]*|\S/gu;
/** What follows the list of a query. */
const ENDS = /^(from|where|group|having|window|union|intersect|except|order|limit|offset|fetch|for|;)$/i;

/**
 * Of the outermost query, with several of them of the first: that one names them. An expression without a name of its own is left out, as is what
 * is not read with certainty: a link to the wrong column would be worse than none.
 */
export function outputColumns(sql: string): OutputColumn[] {
  const found: OutputColumn[] = [];
  let item: Token[] | undefined;
  const endItem = (): void => {
    const named = item && nameOf(withoutDistinct(item));
    if (named) found.push(named);
  };
  for (const token of tokensOf(sql)) {
    const isOutside = token.depth === 0;
    if (!item) {
      if (isOutside && /^select$/i.test(token.text)) item = [];
    } else if (isOutside && token.text === ',') {
      endItem();
      item = [];
    } else if (isOutside && ENDS.test(token.text) && !isDistinctFrom(item, token)) break;
    else item.push(token);
  }
  endItem();
  return found;
}

function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  for (const { 0: text, 1: comment, 4: name, index } of sql.matchAll(TOKEN)) {
    if (comment) continue;
    if (text === ')' || text === ']') depth -= 1;
    tokens.push({ text, from: index, depth, isName: name !== undefined });
    if (text === '(' || text === '[') depth += 1;
  }
  return tokens;
}

/** `a IS DISTINCT FROM b` goes on. */
const isDistinctFrom = (item: readonly Token[], { text }: Token): boolean =>
  item.length > 1 && /^from$/i.test(text) && /^distinct$/i.test(item.at(-1)!.text);

/** `DISTINCT` and `DISTINCT ON (…)` stand before the first item. */
function withoutDistinct(item: readonly Token[]): readonly Token[] {
  const [first, second] = item;
  if (!first || !/^(distinct|all)$/i.test(first.text)) return item;
  if (!second || !/^on$/i.test(second.text)) return item.slice(1);
  return item.slice(item.findIndex(({ text, depth }) => text === ')' && depth === 0) + 1);
}

/** What follows `AS`, or the last part of a plain name, as in `o.total`. */
function nameOf(item: readonly Token[]): OutputColumn | undefined {
  const last = item.at(-1);
  if (!last?.isName || last.depth > 0) return undefined;
  const isPlain = item.length % 2 === 1 && item.every(({ text, isName }, index) => (index % 2 === 0 ? isName : text === '.'));
  if (!isPlain && !/^as$/i.test(item.at(-2)!.text)) return undefined;
  const { text, from } = last;
  const name = text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text.toLowerCase();
  return { from, to: from + text.length, name };
}
