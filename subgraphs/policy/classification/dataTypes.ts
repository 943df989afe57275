/** What sorts of values a column's data type has room for. */

export type Sort = 'text' | 'number' | 'date' | 'binary' | 'boolean' | 'uuid' | 'network' | 'geo' | 'document' | 'other';

const SORTS: readonly [Sort, RegExp][] = [
  ['boolean', /^bool(ean)?$|^bit$/],
  ['uuid', /^(uuid|uniqueidentifier)$/],
  ['network', /^(inet|cidr|macaddr8?)$/],
  ['geo', /^(point|geometry|geography|polygon|box|circle|line|lseg|path)$/],
  ['date', /^(date|time|timestamp|datetime|timestamptz|timetz|interval|year)\b/],
  [
    'number',
    /^((small|big|tiny|medium)?int(eger|2|4|8)?|numeric|decimal|real|double precision|float[48]?|double|money|number|oid|serial|bigserial)$/,
  ],
  ['document', /^(json|jsonb|hstore|xml)$/],
  ['binary', /^(bytea|(var)?binary|blob|image)$/],
  ['text', /^("?char"?|character|character varying|varchar2?|n?text|string|citext|bpchar|name|n?char|nvarchar|clob|tsvector)$/],
];

/** Of a list the sort of its items. `other` is what nobody knows here: a domain, an enumeration. */
export function sortOf(dataType: string): Sort {
  const bare = dataType
    .toLowerCase()
    .replace(/(\[\])+$/, '')
    .replace(/\s*\(.*$/, '')
    .split('.')
    .at(-1)!;
  return SORTS.find(([, pattern]) => pattern.test(bare))?.[0] ?? 'other';
}
