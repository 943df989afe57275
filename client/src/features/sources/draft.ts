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
  const secret = [...url.searchParams.keys()].filter((name) => /pass|secret|token|key|options/i.test(name));
  if (url.password === '' && secret.length === 0) return text;
  url.password = '';
  for (const name of secret) url.searchParams.delete(name);
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

/** Where a config leads, in a line without secrets. */
export function configInWords(config: unknown, secretFields: readonly string[]): string {
  const shown = withoutSecrets(config, secretFields);
  const values = Object.values(typeof shown === 'object' && shown !== null ? shown : {});
  return values
    .filter((value) => ['string', 'number'].includes(typeof value))
    .map(String)
    .filter((value) => value.length <= 200)
    .join(', ');
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
