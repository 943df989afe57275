import { requireReader } from '#platform/auth/viewer.ts';
import type { Database } from '#platform/database/index.ts';
import { InvalidInput, NotFound } from '#platform/errors.ts';
import { logPosition } from '#platform/events/append.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { checkItems } from '#platform/graphql/inputs.ts';
import { renderItemError } from '#platform/graphql/itemErrors.ts';
import { isId } from '#platform/ids.ts';
import type { Logger } from '#platform/logger.ts';
import type { CatalogContext } from '../context.ts';
import { editAsset, editColumns } from '../domain/assets.ts';
import { checkAssetEdit, checkColumnEdit, type AssetEdit, type CheckedColumnEdit, type ColumnEdit } from '../domain/edits.ts';
import { findAssetIdsOfColumns } from '../store/editing.ts';

export type AssetMutationDeps = { sql: Database; context: CatalogContext; onCommit: () => void; logger: Logger };
type Outcome = { id: string; error: Error | null };

/** People's edits. A batch commits asset by asset: a lock on two at a time could deadlock with a scan, and no item hides another's result. */
export function createAssetMutations({ sql, context: catalog, onCommit, logger }: AssetMutationDeps) {
  const editorOf = async (context: RequestContext) => ({
    viewer: requireReader(context.viewer),
    classes: await catalog.of(context).classes(),
    editable: await catalog.of(context).editable(),
  });

  const committed = (context: RequestContext): void => {
    catalog.forget(context);
    onCommit();
  };

  return {
    async updateAsset(_: unknown, { input }: { input: AssetEdit }, context: RequestContext) {
      requireReader(context.viewer);
      const edit = checkAssetEdit(input, 'input');
      const editor = await editorOf(context);
      const cursor = await logPosition(sql);
      await editAsset(sql, editor, edit, 'input');
      committed(context);
      return { asset: () => catalog.of(context).assetById.load(edit.id), cursor };
    },

    async updateAssets(_: unknown, { input }: { input: { items: readonly AssetEdit[] } }, context: RequestContext) {
      requireReader(context.viewer);
      checkItems(input.items, 'input.items');
      let editor = await editorOf(context);
      const cursor = await logPosition(sql);
      const outcomes: Outcome[] = [];
      for (const [index, item] of input.items.entries()) {
        const field = `input.items.${index}`;
        const error = await attempt(async () => editAsset(sql, editor, checkAssetEdit(item, field), field));
        outcomes.push({ id: item.id, error });
        // It may be the first of its source in that domain: its class is new, and the next item may be about it.
        if (!error && item.domainId != null) {
          catalog.forget(context);
          editor = await editorOf(context);
        }
      }
      committed(context);
      const { assetById } = catalog.of(context);
      const results = outcomes.map(({ id, error }) => ({
        id,
        asset: error ? null : () => assetById.load(id.toLowerCase()),
        error: renderItemError(error, context, logger),
      }));
      return { results, cursor };
    },

    async updateColumns(_: unknown, { input }: { input: { items: readonly ColumnEdit[] } }, context: RequestContext) {
      requireReader(context.viewer);
      checkItems(input.items, 'input.items');
      const editor = await editorOf(context);
      const cursor = await logPosition(sql);
      const errors: (Error | null)[] = [];
      const edits: { index: number; edit: CheckedColumnEdit }[] = [];
      const seen = new Set<string>();
      for (const [index, item] of input.items.entries()) {
        errors[index] = await attempt(async () => {
          const id = item.id.toLowerCase();
          if (seen.has(id)) throw new InvalidInput('This column is in the list already. Give each once.', `input.items.${index}.id`);
          edits.push({ index, edit: { ...checkColumnEdit(item, `input.items.${index}`), id } });
          seen.add(id);
        });
      }
      const assetIds = await findAssetIdsOfColumns(sql, editor.classes, [...seen].filter(isId));
      for (const [assetId, group] of Map.groupBy(edits, ({ edit }) => assetIds.get(edit.id) ?? null)) {
        let found: (Error | null)[] = [];
        const failure = await attempt(async () => {
          found = assetId
            ? await editColumns(
                sql,
                editor,
                assetId,
                group.map(({ edit }) => edit),
              )
            : group.map(({ edit }) => new NotFound('column', edit.id));
        });
        group.forEach(({ index }, position) => (errors[index] = failure ?? found[position] ?? null));
      }
      committed(context);
      const { columnById } = catalog.of(context);
      const results = input.items.map(({ id }, index) => {
        const error = errors[index] ?? null;
        return { id, column: error ? null : () => columnById.load(id.toLowerCase()), error: renderItemError(error, context, logger) };
      });
      return { results, cursor };
    },
  };
}

/** What an item threw is its result; the caller renders it. */
async function attempt(work: () => Promise<void>): Promise<Error | null> {
  try {
    await work();
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error('not an error', { cause: error });
  }
}
