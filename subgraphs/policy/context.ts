/** What an operation's resolvers share: the viewer's visible classes and the DataLoaders, each of which leaves out what the viewer may not see. */
import DataLoader from 'dataloader';
import type { VisibleClasses } from '#platform/auth/access.ts';
import { classesOf } from '#platform/auth/operationClasses.ts';
import { mayRead, type Action } from '#platform/auth/viewer.ts';
import type { Database } from '#platform/database/index.ts';
import { perOperation, type RequestContext } from '#platform/graphql/context.ts';
import { inOrder, pagesOf, type Pages } from '#platform/graphql/loading.ts';
import { findLabel } from './classification/labels.ts';
import { findLabelsById, listLabelsOfAssets, listLabelsOfColumns } from './store/labels.ts';
import { findEvaluations, findPolicies } from './store/policies.ts';
import type { ViolationRow } from './store/tables/policy.ts';
import type { ViolationFilter } from './store/violationFilter.ts';
import type { ViolationKey } from './store/violationMerge.ts';
import { countViolationsOf, findViolations, listViolationsOf, type ViolationParentNoun } from './store/violations.ts';

export type Loaders = ReturnType<typeof createLoaders>;
/** `of`: the loaders of an operation. `forget`: what a mutation calls after it wrote, so that what follows reads anew. */
export type PolicyContext = { of: (context: RequestContext) => Loaders; forget: (context: RequestContext) => void };

export function createPolicyContext({ sql }: { sql: Database }): PolicyContext {
  return perOperation((context) => createLoaders(sql, context));
}

function createLoaders(sql: Database, context: RequestContext) {
  const { viewer } = context;
  const classesFor = (action: Action) => (): Promise<VisibleClasses> => classesOf(sql, context, action);
  const classes = classesFor('read');

  type ViolationPages = Pages<ViolationRow, { first: number; after: ViolationKey | null }>;
  const violationPages = new Map<string, ViolationPages>();
  /** Those of policies or assets that ask with one filter share their statements. */
  function violationsOf(noun: ViolationParentNoun, filter: ViolationFilter): ViolationPages {
    const key = JSON.stringify([noun, filter]);
    let pages = violationPages.get(key);
    if (!pages) {
      pages = pagesOf(
        async (ids, page) =>
          Map.groupBy(await listViolationsOf(sql, noun, ids, await classes(), filter, page), (row) =>
            noun === 'policy' ? row.policyId : row.assetId,
          ),
        async (ids) => countViolationsOf(sql, noun, ids, await classes(), filter),
      );
      violationPages.set(key, pages);
    }
    return pages;
  }

  return {
    sql,
    classes,
    /** Those whose assets' violations and labels the viewer may decide on. */
    editable: classesFor('edit'),

    /** Any reading role sees all of them. */
    policyById: new DataLoader(async (ids: readonly string[]) =>
      inOrder(ids, viewer && mayRead(viewer) ? await findPolicies(sql, ids) : [], (row) => row.id),
    ),
    evaluationOf: new DataLoader(async (policyIds: readonly string[]) =>
      inOrder(policyIds, await findEvaluations(sql, policyIds), (row) => row.policyId),
    ),
    violationById: new DataLoader(async (ids: readonly string[]) =>
      inOrder(ids, await findViolations(sql, await classes(), ids), (row) => row.id),
    ),
    violationsOf,

    columnLabel: new DataLoader(async (ids: readonly string[]) =>
      inOrder(ids, await findLabelsById(sql, await classes(), ids), (row) => row.id),
    ),
    labelsOfColumn: new DataLoader(async (ids: readonly string[]) => {
      const labels = Map.groupBy(await listLabelsOfColumns(sql, await classes(), ids), (row) => row.columnId);
      return ids.map((id) => labels.get(id) ?? []);
    }),
    labelsOfAsset: new DataLoader(async (ids: readonly string[]) => {
      const labels = Map.groupBy(await listLabelsOfAssets(sql, await classes(), ids), (row) => row.assetId);
      return ids.map((id) => (labels.get(id) ?? []).flatMap(({ label }) => findLabel(label) ?? []));
    }),
  };
}
