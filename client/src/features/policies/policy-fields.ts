/** What the pages of policies ask of one. */
import { checkFilter } from '@/components/asset-filter/rows';
import type { AssetFilterValue } from '@/components/asset-filter/fields';
import { graphql } from '@/gql';

graphql(`
  fragment PolicyFields on Policy {
    id
    name
    description
    severity
    status
    version
    scope
    params
    ruleType {
      name
      description
      paramsSchema
    }
    draft {
      name
      description
      severity
      scope
      params
      updatedAt
    }
  }
`);

/** A policy's changes, as the log calls them. */
export const POLICY_EVENTS = ['policy.created', 'policy.updated', 'policy.published', 'policy.retired'];

/** What a later version of PurSight may have stored is shown as if it asked nothing more. */
export const scopeOf = (scope: unknown): AssetFilterValue => checkFilter(scope).filter ?? {};
