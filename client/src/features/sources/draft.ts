/** What was filled in of a source that is not registered yet: kept in this browser, never with a secret. */
import type { PickedOwner } from '@/components/pickers/owner-picker';

export type Draft = {
  connector: string | null;
  config: unknown;
  include: readonly string[];
  exclude: readonly string[];
  schedule: string | null;
  name: string;
  description: string;
  owners: readonly PickedOwner[];
};

export const EMPTY_DRAFT: Draft = {
  connector: null,
  config: {},
  include: [],
  exclude: [],
  schedule: null,
  name: '',
  description: '',
  owners: [],
};
const KEY = 'pursight.source-draft';

/** A password within a URL is a secret, too, wherever it stands. A URL that is no whole one may hold one that cannot be told from the rest. */
function withoutPassword(text: string): string | undefined {
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(text)) return text;
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.password === '' && url.search === '') return text;
  url.password = '';
  url.search = '';
  return url.href;
}

/** The config as it may be kept: without what is secret as a whole, what the schema calls a password, and passwords in URLs. */
export function withoutSecrets(config: unknown, secretFields: readonly string[]): unknown {
  const strip = (value: unknown): unknown => {
    if (typeof value === 'string') return withoutPassword(value);
    if (Array.isArray(value)) return value.map(strip);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => !secretFields.includes(name))
        .map(([name, each]) => [name, strip(each)]),
    );
  };
  return strip(config);
}

export function saveDraft(draft: Draft, secretFields: readonly string[]): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...draft, config: withoutSecrets(draft.config, secretFields) }));
  } catch {
    // Storage is full or forbidden: then there is no draft, and nothing else is lost.
  }
}

export function loadDraft(): Draft {
  try {
    return { ...EMPTY_DRAFT, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Draft>) };
  } catch {
    // What cannot be read is no draft.
    return EMPTY_DRAFT;
  }
}

export const dropDraft = (): void => localStorage.removeItem(KEY);
