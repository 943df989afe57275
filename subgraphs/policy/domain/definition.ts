/** What a policy is made of, checked: the same for createPolicy, updatePolicy and previewPolicy. */
import { InvalidInput } from '#platform/errors.ts';
import { findRuleType, RULE_TYPES } from '../rules/registry.ts';
import type { RuleType } from '../rules/types.ts';
import { checkScope, refusal, type Scope } from './scope.ts';

export type PolicyInput = { ruleType: string; params: unknown; scope?: unknown };
export type CheckedDefinition = { ruleType: RuleType; params: unknown; scope: Scope };

/** BAD_USER_INPUT with `input.ruleType`, `input.params.<path>` or `input.scope.<field>`. */
export function checkPolicyInput({ ruleType, params, scope }: PolicyInput): CheckedDefinition {
  const rule = findRuleType(ruleType);
  if (!rule) {
    const known = RULE_TYPES.map(({ name }) => name).join(', ');
    throw new InvalidInput(`There is no rule type "${ruleType.slice(0, 200)}". There are: ${known}.`, 'input.ruleType');
  }
  const checked = rule.paramsSchema.safeParse(params);
  if (!checked.success) throw refusal(checked.error, 'input.params');
  return { ruleType: rule, params: checked.data, scope: checkScope(scope) };
}
