import { z } from 'zod';
import { labelNames } from './labelNames.ts';
import { defineRuleType } from './types.ts';

const paramsSchema = z.strictObject({ labels: labelNames.describe('One of them has to be confirmed for one of the columns.') });

export const labelRequired = defineRuleType({
  name: 'labelRequired',
  description:
    'Somebody has looked at what an asset holds: at least one of its columns has one of these labels, confirmed by a person. Assets without columns are left out.',
  paramsSchema,
  needs: () => ['columns', 'labels'],
  check({ columns, labels }, params) {
    if (columns.length === 0 || labels.some((label) => params.labels.includes(label))) return [];
    const message = `None of the columns has the confirmed label ${params.labels.join(' or ')}. Confirm it where it applies.`;
    return [{ columnId: null, message, evidence: { required: params.labels, labels } }];
  },
});
