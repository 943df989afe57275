/** The input of policies, checked: names, words and versions here, what a policy is made of by its definition. */
import { InvalidInput } from '#platform/errors.ts';
import type { Severity } from '#platform/events/types.ts';
import { checkLabel, checkText } from '#platform/graphql/inputs.ts';
import { checkPolicyInput } from './definition.ts';

const MAX_NAME = { max: 200 };
const MAX_DESCRIPTION_BYTES = 64 * 1024;

/** What an edit can change, and a draft holds. */
export type PolicyWords = { name: string; description: string | null; params: unknown; scope: unknown; severity: Severity };
export type NewPolicy = Partial<PolicyWords> & Pick<PolicyWords, 'name' | 'params' | 'severity'> & { ruleType: string };
export type PolicyEdit = { [Key in keyof PolicyWords]?: PolicyWords[Key] | null } & { id: string; version: number };

export function checkNewPolicy(input: NewPolicy): PolicyWords & { ruleType: string } {
  const name = checkLabel(input.name, 'input.name', MAX_NAME);
  const description = checkDescription(input.description) ?? null;
  const { ruleType, params, scope } = checkPolicyInput(input);
  checkTexts(params, 'input.params');
  return { name, description, ruleType: ruleType.name, params, scope, severity: input.severity };
}

/** What of an edit needs no policy to be checked. What cannot be cleared is refused. */
export function checkPolicyEdit({ name, description, params, scope, severity }: PolicyEdit): Partial<PolicyWords> {
  for (const [field, value] of Object.entries({ name, params, scope, severity })) {
    if (value === null) throw new InvalidInput('This cannot be cleared. Give another value, or leave it out.', `input.${field}`);
  }
  return definedOnly({
    name: name == null ? undefined : checkLabel(name, 'input.name', MAX_NAME),
    description: checkDescription(description),
    params,
    scope,
    severity: severity ?? undefined,
  });
}

/** The words with an edit applied, its parameters and scope checked for the policy's rule type. */
export function applyPolicyEdit(ruleType: string, words: PolicyWords, edit: Partial<PolicyWords>): PolicyWords {
  const edited = { ...words, ...edit };
  // What is kept was checked when it came, maybe by an older rule: an edit of a name does not fail for it.
  if (!('params' in edit) && !('scope' in edit)) return edited;
  const { params, scope } = checkPolicyInput({ ruleType, params: edited.params, scope: edited.scope });
  checkTexts(params, 'input.params');
  return { ...edited, params, scope };
}

/** What PostgreSQL cannot store as JSON is refused by its path; how long a text may be is the rule type's to say. */
function checkTexts(value: unknown, field: string): void {
  if (typeof value === 'string') checkText(value, field, { max: Infinity });
  else if (value !== null && typeof value === 'object') {
    for (const [key, part] of Object.entries(value)) checkTexts(part, `${field}.${key}`);
  }
}

function checkDescription(text: string | null | undefined): string | null | undefined {
  if (text == null) return text;
  checkText(text, 'input.description', { max: MAX_DESCRIPTION_BYTES });
  if (Buffer.byteLength(text) > MAX_DESCRIPTION_BYTES) {
    throw new InvalidInput(`A description takes at most ${MAX_DESCRIPTION_BYTES} bytes (64 KB).`, 'input.description', {
      max: MAX_DESCRIPTION_BYTES,
    });
  }
  return text.trim() === '' ? null : text;
}

const definedOnly = <Value extends object>(value: Value): Partial<Value> =>
  Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as Partial<Value>;
