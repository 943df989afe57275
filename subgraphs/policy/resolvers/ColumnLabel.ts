import type { RequestContext } from '#platform/graphql/context.ts';
import { isId } from '#platform/ids.ts';
import { findLabel } from '../classification/labels.ts';
import type { PolicyContext } from '../context.ts';
import type { ColumnLabelParent } from '../mappers.ts';

export function createColumnLabel(policy: PolicyContext) {
  return {
    __resolveReference: ({ id }: { id: string }, context: RequestContext) =>
      isId(id) ? policy.of(context).columnLabel.load(id.toLowerCase()) : null,
    label: ({ label }: ColumnLabelParent) => findLabel(label),
    // As it was given or found: the table keeps four bytes of it.
    confidence: ({ confidence }: ColumnLabelParent) => Math.round(confidence * 100) / 100,
    decidedBy: ({ decidedBy }: ColumnLabelParent) => decidedBy && { id: decidedBy },
  };
}
