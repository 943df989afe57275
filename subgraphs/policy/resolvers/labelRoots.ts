/** Labels: root fields, and the types that they give. */
import { requireReader } from '#platform/auth/viewer.ts';
import type { Database } from '#platform/database/index.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { checkItems } from '#platform/graphql/inputs.ts';
import { renderItemError } from '#platform/graphql/itemErrors.ts';
import type { AskSubgraph, Resolvers } from '#platform/graphql/subgraph.ts';
import type { Logger } from '#platform/logger.ts';
import { LABELS } from '../classification/labels.ts';
import type { PolicyContext } from '../context.ts';
import type { Decision } from '../domain/labelDecision.ts';
import { decideLabels, type Decider } from '../domain/labels.ts';
import { createLabelsOfAsset } from './Asset.ts';
import { createColumn } from './Column.ts';
import { createColumnLabel } from './ColumnLabel.ts';
import { Label } from './Label.ts';

export type LabelDeps = {
  sql: Database;
  context: PolicyContext;
  askCatalog: AskSubgraph;
  onCommit: () => void;
  logger: Logger;
  now?: () => Date;
};
type Item = Omit<Decision, 'field'>;

export function createLabelResolvers({ context: policy, onCommit, logger, ...deps }: LabelDeps): Resolvers {
  const deciderOf = async (context: RequestContext): Promise<Decider> => ({
    viewer: requireReader(context.viewer),
    context,
    classes: await policy.of(context).classes(),
    editable: await policy.of(context).editable(),
  });
  const decide = async (context: RequestContext, decisions: readonly Decision[]) => {
    const outcome = await decideLabels(deps, await deciderOf(context), decisions);
    policy.forget(context);
    onCommit();
    return outcome;
  };

  return {
    Query: {
      labels(_: unknown, __: unknown, context: RequestContext) {
        requireReader(context.viewer);
        return LABELS;
      },
    },
    Mutation: {
      async setColumnLabel(_: unknown, { input }: { input: Item }, context: RequestContext) {
        requireReader(context.viewer);
        const { errors, cursor } = await decide(context, [{ ...input, field: 'input' }]);
        if (errors[0]) throw errors[0];
        return { column: { id: input.columnId.toLowerCase() }, cursor };
      },

      async setColumnLabels(_: unknown, { input }: { input: { items: readonly Item[] } }, context: RequestContext) {
        requireReader(context.viewer);
        const decisions = checkItems(input.items, 'input.items').map((item, index) => ({ ...item, field: `input.items.${index}` }));
        const { errors, cursor } = await decide(context, decisions);
        const results = input.items.map(({ columnId: id }, index) => {
          const error = errors[index] ?? null;
          return { id, column: error ? null : { id: id.toLowerCase() }, error: renderItemError(error, context, logger) };
        });
        return { results, cursor };
      },
    },
    Label,
    ColumnLabel: createColumnLabel(policy),
    Column: createColumn(policy),
    Asset: createLabelsOfAsset(policy),
  };
}
