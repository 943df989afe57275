import { z } from 'zod';
import { defineRuleType } from './types.ts';

const paramsSchema = z.strictObject({
  role: z.enum(['OWNER', 'STEWARD', 'EXPERT']).optional().describe('Only an owner in this role counts; without it any does.'),
});

export const ownerRequired = defineRuleType({
  name: 'ownerRequired',
  description: 'Every asset has somebody who answers for it: at least one user or team as its owner, in a certain role if one is given.',
  paramsSchema,
  needs: () => [],
  check({ owners }, { role }) {
    if (role ? owners.some((owner) => owner.role === role) : owners.length > 0) return [];
    const message = role
      ? `Nobody is ${role} of this asset. Give it to a user or a team.`
      : 'Nobody owns this asset. Give it to a user or a team.';
    return [{ columnId: null, message, evidence: { role: role ?? null, owners: owners.length } }];
  },
});
