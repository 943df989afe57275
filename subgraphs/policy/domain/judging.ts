/** Policies made ready, and what they find of an asset. Pure. */
import type { Logger } from '#platform/logger.ts';
import type { AssetFacts } from '../facts.ts';
import { findRuleType } from '../rules/registry.ts';
import type { Finding, Need, RuleType } from '../rules/types.ts';
import { checkScope, compileScope, type CompiledScope } from './scope.ts';

type Definition = { ruleType: RuleType; params: unknown; scope: CompiledScope };
export type Judge = {
  /** What facts it takes. */
  needs: ReadonlySet<Need>;
  scope: CompiledScope;
  /** Null: out of scope. */
  judge: (asset: AssetFacts) => Finding[] | null;
};

export function createJudge({ ruleType, params, scope }: Definition): Judge {
  return {
    needs: new Set<Need>([...ruleType.needs(params), ...(scope.needsLabels ? (['labels'] as const) : [])]),
    scope,
    judge: (asset) => (scope.matches(asset) ? ruleType.check(asset, params) : null),
  };
}

type Stored = { id: string; ruleType: string; params: unknown; scope: unknown };

/** Undefined, and told: a later version of PurSight may have stored what this one does not know. */
export function readJudge({ id, ruleType: name, params, scope }: Stored, log: Logger): Judge | undefined {
  try {
    const ruleType = findRuleType(name);
    if (!ruleType) throw new Error(`There is no rule type ${name}`);
    return createJudge({ ruleType, params: ruleType.paramsSchema.parse(params), scope: compileScope(checkScope(scope)) });
  } catch (error) {
    log.error({ err: error, policyId: id }, 'a policy cannot be evaluated; its violations stay as they are');
    return undefined;
  }
}
