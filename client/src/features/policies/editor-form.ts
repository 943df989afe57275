/** What is edited of a policy, as values. */
import type { AssetFilterValue } from '@/components/asset-filter/fields';
import { checkFilter } from '@/components/asset-filter/rows';
import type { Severity } from '@/components/ui/severity';

export type Params = Record<string, unknown>;
export type PolicyForm = {
  name: string;
  description: string;
  severity: Severity;
  ruleType: string;
  params: Params;
  scope: AssetFilterValue;
};

type Words = { name: string; description: string | null; severity: Severity; params: unknown; scope: unknown };
export type Stored = Words & { id: string; version: number; status: string; ruleType: { name: string }; draft: Words | null };

const isParams = (value: unknown): value is Params => typeof value === 'object' && value !== null && !Array.isArray(value);

const formOf = ({ name, description, severity, params, scope }: Words, ruleType: string): PolicyForm => ({
  name,
  description: description ?? '',
  severity,
  ruleType,
  params: isParams(params) ? params : {},
  scope: checkFilter(scope).filter ?? {},
});

export const newForm = (ruleType: string): PolicyForm => ({
  name: '',
  description: '',
  severity: 'WARNING',
  ruleType,
  params: {},
  scope: {},
});
/** What holds now. */
export const inForce = (policy: Stored): PolicyForm => formOf(policy, policy.ruleType.name);
/** What the next publishing puts into force. */
export const pending = (policy: Stored): PolicyForm => formOf(policy.draft ?? policy, policy.ruleType.name);

/** The same text for the same value, in whatever order its fields are. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    isParams(part)
      ? Object.fromEntries(
          Object.entries(part)
            .filter(([, each]) => each !== undefined)
            .toSorted(([a], [b]) => (a < b ? -1 : 1)),
        )
      : part,
  );

export const FORM_FIELDS = [
  'name',
  'severity',
  'description',
  'ruleType',
  'params',
  'scope',
] as const satisfies readonly (keyof PolicyForm)[];
export type FormField = (typeof FORM_FIELDS)[number];
export const FIELD_WORDS: Record<FormField, string> = {
  name: 'Name', severity: 'Severity', description: 'Description', ruleType: 'Rule type', params: 'Parameters', scope: 'Scope',
}; // prettier-ignore

export const changedFields = (before: PolicyForm, after: PolicyForm): FormField[] =>
  FORM_FIELDS.filter((field) => canonical(before[field]) !== canonical(after[field]));

/** An empty description is none. */
export const inputOf = ({ name, description, severity, params, scope }: PolicyForm) => ({
  name: name.trim(),
  description: description.trim() === '' ? null : description,
  severity,
  params,
  scope,
});
