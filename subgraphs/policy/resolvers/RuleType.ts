import { z } from 'zod';
import type { RuleTypeParent } from '../mappers.ts';

/** Forms are drawn from it. `null`: of a rule type that this version does not know, any parameters. */
export const RuleType = {
  paramsSchema: ({ paramsSchema }: Pick<RuleTypeParent, 'name'> & { paramsSchema: RuleTypeParent['paramsSchema'] | null }) =>
    paramsSchema ? z.toJSONSchema(paramsSchema, { io: 'input' }) : {},
};
