import type { MutationResolvers } from '#generated/lineage.ts';
import { classesOf } from '#platform/auth/operationClasses.ts';
import type { Database } from '#platform/database/index.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import type { LineageContext } from '../context.ts';
import type { Declarations, Declared, Declarer } from '../domain/declarations.ts';
import type { Intake } from '../domain/intake.ts';

type Deps = { sql: Database; context: LineageContext; declarations: Declarations; intake: Intake };

export function createMutationResolvers({ sql, context: lineage, declarations, intake }: Deps): MutationResolvers {
  const declarerOf = (context: RequestContext): Declarer => ({ context, editable: () => classesOf(sql, context, 'edit') });

  /** The edge is a fact by now; a graph that follows the facts may still be on its way, so the columns are told, not read. */
  function payloadOf({ from, to, edge, cursor }: Declared, context: RequestContext) {
    lineage.forget(context);
    const loaders = lineage.of(context);
    for (const { id, column } of [from, to]) if (column) loaders.primeColumn(column, id);
    return { edge, cursor };
  }

  return {
    async declareLineage(_, { input: { transformation = 'DIRECT', ...words } }, context) {
      return payloadOf(await declarations.declare(declarerOf(context), { ...words, transformation }), context);
    },
    async retractLineage(_, { input }, context) {
      return payloadOf(await declarations.retract(declarerOf(context), input), context);
    },
    async ingestLineage(_, { input: { events } }, context) {
      const ingested = await intake.ingest(context, events);
      lineage.forget(context);
      return ingested;
    },
  };
}
