/**
 * Finding an address in whatever a database holds, and putting something else in its place: in SQL, because most rows do not have it. An address
 * within a longer one (`ann@example.com` in `joann@example.com`) is somebody else's.
 */

/** Parameters of the fragments below, $1 to $5. Each fragment is to be used with all of them. */
export type MentionParameters = [plain: string, plainPattern: string, json: string, jsonPattern: string, replacement: string];

/** What may stand before an address without being a part of it is anything but this. */
const LOCAL = '[[:alnum:]._+-]';
const AFTER = '(?![[:alnum:]_-]|\\.[[:alnum:]])';

/** A character that is neither a letter nor a digit means itself after a backslash. */
const literally = (text: string): string => text.replaceAll(/[^\p{L}\p{N}]/gu, '\\$&');

export function mentionParameters(address: string, replacement: string): MentionParameters {
  const escaped = JSON.stringify(address).slice(1, -1);
  return [
    address,
    `(?<!${LOCAL})${literally(address)}${AFTER}`,
    escaped,
    // After an escaped line break there is a letter that is none.
    `(?:(?<!${LOCAL})|(?<=\\\\[bfnrt]))${literally(escaped)}${AFTER}`,
    replacement,
  ];
}

/** To be put before other conditions: PostgreSQL wants to know the type of each parameter, also of one that is not needed. */
export const MENTION_TYPES = '($1::text, $2::text, $3::text, $4::text, $5::text) is not null';

/** Whether a column (as SQL) has the address. The pattern is slow and looks only where the text is. */
export const mentions = (column: string, isJson: boolean): string =>
  `(case when strpos(lower(${column}::text), lower(${isJson ? '$3' : '$1'})) > 0 then ${column}::text ~* ${isJson ? '$4' : '$2'} else false end)`;

/** The column's value without the address, as text. */
export const withoutMentions = (column: string, isJson: boolean): string =>
  `regexp_replace(${column}::text, ${isJson ? '$4' : '$2'}, $5, 'gi')`;
