/** What the engine below says of a request that it refuses, in our words: what to send, and nothing about what it is. */

/** By how its message begins (Apollo Server 5). */
const WORDS: readonly (readonly [beginning: string, words: string])[] = [
  [
    'This operation has been blocked as a potential Cross-Site Request Forgery',
    'Send JSON with "content-type: application/json" (or a GET with the token in "authorization"): what a foreign page could make a browser send is refused.',
  ],
  ['Operation batching disabled', 'Send one operation a request, as a JSON object. Several go one by one.'],
  ['POST body missing', 'Send JSON with "content-type: application/json": an object with the operation’s text in "query".'],
  ['GET requests may not have a content-type', 'A GET has no body: leave its content-type out, or send "content-type: application/json".'],
  ['GraphQL queries must be strings', '"query" must be a string: the text of the operation.'],
  ['GraphQL operations must contain a non-empty', 'There is no operation: send its text in "query".'],
  [
    "An 'accept' header was provided",
    'Accept "application/graphql-response+json" or "application/json": there is no other form of an answer.',
  ],
];

/** Whoever asks sends what the graph's documentation says; what we have no words for does not name the engine either. */
export function describeRefusal(message: string): string {
  const known = WORDS.find(([beginning]) => message.startsWith(beginning));
  if (known) return known[1];
  return /apollo/i.test(message)
    ? 'This request cannot be used. Send one operation as JSON with "content-type: application/json".'
    : message;
}
