/** A filter as rows of conditions, as JSON, and back. */
import { ASSET_KINDS } from '../ui/kind';
import { FILTER_FIELDS, type AssetFilterValue, type FilterField } from './fields';

/** One condition. `values` is empty as long as nothing is chosen: then it is left out of the filter. */
export type FilterRow = { field: FilterField; values: readonly string[] };

const asValues = (value: AssetFilterValue[FilterField]): string[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [String(value)];

export const rowsOf = (filter: AssetFilterValue): FilterRow[] =>
  FILTER_FIELDS.filter(({ field }) => filter[field] !== undefined).map(({ field }) => ({ field, values: asValues(filter[field]) }));

/** Without the conditions that are not complete. */
export function filterOf(rows: readonly FilterRow[]): AssetFilterValue {
  const filter: Record<string, unknown> = {};
  for (const { field, type } of FILTER_FIELDS) {
    const values = rows.find((row) => row.field === field)?.values ?? [];
    if (values.length === 0 || values[0] === '') continue;
    filter[field] = type === 'list' ? [...values] : type === 'flag' ? values[0] === 'true' : values[0];
  }
  return filter;
}

export const isIncomplete = ({ values }: FilterRow): boolean => values.length === 0 || values[0] === '';

export type Parsed = { filter: AssetFilterValue; problem?: undefined } | { filter?: undefined; problem: string };

/** What is typed as JSON; `problem` says what is wrong with it, for people. */
export function parseFilter(text: string): Parsed {
  let json: unknown;
  try {
    json = text.trim() === '' ? {} : JSON.parse(text);
  } catch (error) {
    return { problem: `This is no JSON yet: ${(error as Error).message}` };
  }
  return checkFilter(json);
}

/** An AssetFilter from outside, its nulls left out. */
export function checkFilter(json: unknown): Parsed {
  if (json == null) return { filter: {} };
  if (typeof json !== 'object' || Array.isArray(json)) return { problem: 'A filter is an object. {} means every asset.' };
  const filter: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(json)) {
    if (value === null) continue;
    const problem = problemOf(name, value);
    if (problem) return { problem };
    filter[name] = value;
  }
  return { filter };
}

function problemOf(name: string, value: unknown): string | undefined {
  const known = FILTER_FIELDS.find(({ field }) => field === name);
  if (!known) return `There is no field "${name}". There are: ${FILTER_FIELDS.map(({ field }) => field).join(', ')}.`;
  switch (known.type) {
    case 'list': {
      if (!Array.isArray(value) || value.some((item) => typeof item !== 'string')) return `"${name}" is a list of texts.`;
      if (value.length === 0) return `"${name}" is empty: nothing would fit. Leave it out, or name one at least.`;
      const unknown = name === 'kinds' ? value.find((kind: string) => !ASSET_KINDS.includes(kind)) : undefined;
      return unknown === undefined ? undefined : `There is no kind "${unknown}". There are: ${ASSET_KINDS.join(', ')}.`;
    }
    case 'flag':
      return typeof value === 'boolean' ? undefined : `"${name}" is true or false.`;
    case 'text':
      return typeof value === 'string' && value !== '' ? undefined : `"${name}" is a text.`;
    case 'moment':
      return typeof value === 'string' && /[Zz]|[+-]\d\d:?\d\d$/.test(value) && !Number.isNaN(Date.parse(value))
        ? undefined
        : `"${name}" is a moment with its zone, such as "2026-03-01T12:00:00Z".`;
  }
}

export const formatFilter = (filter: AssetFilterValue): string => JSON.stringify(filter, null, 2);
