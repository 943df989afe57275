/** Every rule type, by name; a new one is a line here. */
import { descriptionRequired } from './descriptionRequired.ts';
import { labelRequired } from './labelRequired.ts';
import { namingConvention } from './namingConvention.ts';
import { noUnmaskedLabel } from './noUnmaskedLabel.ts';
import { ownerRequired } from './ownerRequired.ts';
import type { RuleType } from './types.ts';

// Each has parameters of its own, which its schema has checked wherever they are used.
export const RULE_TYPES = [
  descriptionRequired,
  labelRequired,
  namingConvention,
  noUnmaskedLabel,
  ownerRequired,
] as unknown as readonly RuleType[];

export const findRuleType = (name: string): RuleType | undefined => RULE_TYPES.find((rule) => rule.name === name);
