import { Lexer, Source, TokenKind } from 'graphql';
import { TooMuch } from '#platform/errors.ts';

export const MAX_TOKENS = 2_000;
/** Counting on for the figure costs time, so it ends somewhere. */
const COUNTED_AT_MOST = 20_000;
/** graphql-js's message when its parser meets one more than it was allowed. */
const TOO_MANY = /Document contains more tha[nt] \d+ tokens/;

function countTokens(text: string): number {
  const lexer = new Lexer(new Source(text));
  let tokens = 0;
  try {
    while (tokens < COUNTED_AT_MOST && lexer.advance().kind !== TokenKind.EOF) tokens++;
  } catch {
    return Math.max(tokens, MAX_TOKENS + 1); // what is no token ends the count; the parser had its fill before
  }
  return tokens;
}

/** The refusal behind a syntax error that says there are too many tokens. */
export function findTooManyTokens(message: string, text: string | undefined): TooMuch | undefined {
  if (!TOO_MANY.test(message)) return undefined;
  const cost = text === undefined ? MAX_TOKENS + 1 : countTokens(text);
  const counted = cost >= COUNTED_AT_MOST ? `${cost} tokens or more` : `${cost} tokens`;
  return new TooMuch(
    'QUERY_TOO_COSTLY',
    `The text of this operation has ${counted}; ${MAX_TOKENS} are allowed. Give values as variables.`,
    {
      cost,
      limit: MAX_TOKENS,
      of: 'tokens',
    },
  );
}
