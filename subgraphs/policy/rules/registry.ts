/** Every rule type; a new one is a line here. */
import { namingConvention } from './namingConvention.ts';
import { ownerRequired } from './ownerRequired.ts';
import type { RuleType } from './types.ts';

// Each has parameters of its own, which its schema has checked wherever they are used.
export const RULE_TYPES = [namingConvention, ownerRequired] as unknown as readonly RuleType[];

export const findRuleType = (name: string): RuleType | undefined => RULE_TYPES.find((rule) => rule.name === name);
