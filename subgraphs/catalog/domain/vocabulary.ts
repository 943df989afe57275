/** The two trees of words, domains and glossary terms: making, changing, moving and removing. Any reading role sees all of both. */
import { deleteDomain, moveSubdomains, upsertDomain } from '#platform/auth/access.ts';
import { requireEverywhere, requireReader, type Viewer } from '#platform/auth/viewer.ts';
import type { Database, Transaction } from '#platform/database/index.ts';
import { beginAgain } from '#platform/database/retry.ts';
import { Conflict } from '#platform/errors.ts';
import { append, logPosition } from '#platform/events/append.ts';
import type { LogCursor, NewEvent } from '#platform/events/types.ts';
import { newId } from '#platform/ids.ts';
import { following } from '#platform/dateTime.ts';
import * as store from '../store/vocabulary.ts';
import type { NodeRow, Noun } from '../store/vocabulary.ts';
import { clearAfterRemoval } from './vocabularyRemoval.ts';
import { checkNames, checkPlace, getAbove, getNode } from './vocabularyTree.ts';
import { diff } from './snapshot.ts';
import { checkNewNode, checkNodeUpdate, NOUNS, WORDS, type CheckedUpdate, type NewNode, type NodeUpdate } from './vocabularyInputs.ts';

/** The node as it is now, or as it was before its removal. */
type Written = { node: NodeRow; cursor: LogCursor };
export type Tree = {
  create(viewer: Viewer | null, input: NewNode): Promise<Written>;
  update(viewer: Viewer | null, input: NodeUpdate): Promise<Written>;
  remove(viewer: Viewer | null, id: string): Promise<Written>;
};

export function createTree({ sql, onCommit }: { sql: Database; onCommit: () => void }, noun: Noun): Tree {
  /** One change of the tree at a time. */
  async function change(work: (tx: Transaction) => Promise<NodeRow>): Promise<Written> {
    const written = await beginAgain(sql, async (tx) => {
      const cursor = await logPosition(tx);
      await store.lockTree(tx, noun);
      return { node: await work(tx), cursor };
    });
    onCommit();
    return written;
  }

  return {
    async create(viewer, input) {
      requireReader(viewer);
      const { name, parentId, words } = checkNewNode(noun, input);
      return change(async (tx) => {
        const above = await getAbove(tx, noun, parentId);
        const editor = requireEverywhere(viewer, 'edit');
        const now = new Date();
        const node: NodeRow = { id: newId(), name, parentId, words, version: 1, createdAt: now, updatedAt: now };
        await checkPlace(tx, noun, node, above);
        await store.insertNode(tx, noun, node);
        if (noun === 'domain') await upsertDomain(tx, node);
        await append(tx, 'catalog', [{ ...about(editor, node), type: `${noun}.created`, data: { name, parentId } }], now);
        return node;
      });
    },

    async update(viewer, input) {
      requireReader(viewer);
      const checked = checkNodeUpdate(noun, input);
      return change((tx) => update(tx, viewer, checked));
    },

    async remove(viewer, id) {
      requireReader(viewer);
      return change((tx) => remove(tx, viewer, id.toLowerCase()));
    },
  };

  async function update(tx: Transaction, viewer: Viewer | null, checked: CheckedUpdate): Promise<NodeRow> {
    const above = checked.parentId === undefined ? undefined : await getAbove(tx, noun, checked.parentId);
    const before = await getNode(tx, noun, checked.id);
    const editor = requireEverywhere(viewer, 'edit');
    if (before.version !== checked.version) {
      throw new Conflict(`Somebody changed this ${NOUNS[noun]} meanwhile: its version is ${before.version} now. Read it again.`, {
        currentVersion: before.version,
      });
    }
    const { name = before.name, parentId = before.parentId, words = before.words } = checked;
    const changes = diff(described(noun, before), described(noun, { name, parentId, words }));
    if (changes.length === 0) return before;
    const node = { ...before, name, parentId, words, version: before.version + 1, updatedAt: following(new Date(), before.updatedAt) };
    if (parentId !== before.parentId) await checkPlace(tx, noun, node, above ?? []);
    else if (name !== before.name) await checkNames(tx, noun, node, [name]);
    await store.updateNode(tx, noun, node);
    if (noun === 'domain') await upsertDomain(tx, node);
    const data = { name, version: node.version, changes };
    // Search reads names, and of an event only the attributes.
    const attributes = name === before.name ? {} : { name };
    await append(tx, 'catalog', [{ ...about(editor, node), type: `${noun}.updated`, data, attributes }], node.updatedAt);
    return node;
  }

  /** Children move up, with a version each; what had the node loses it. */
  async function remove(tx: Transaction, viewer: Viewer | null, id: string): Promise<NodeRow> {
    const node = await getNode(tx, noun, id);
    const editor = requireEverywhere(viewer, 'edit');
    const children = await store.listChildNodes(tx, noun, node.id);
    await checkNames(
      tx,
      noun,
      node,
      children.map((child) => child.name),
    );
    const now = new Date();
    await store.deleteNode(tx, noun, node.id);
    await store.moveChildren(tx, noun, node, now);
    if (noun === 'domain') {
      await moveSubdomains(tx, node);
      await deleteDomain(tx, node.id);
    }
    const changes = [{ path: '/parentId', before: node.id, after: node.parentId }];
    const moved = children.map((child): NewEvent => {
      const data = { name: child.name, version: child.version + 1, changes };
      return { ...about(editor, child), type: `${noun}.updated`, data };
    });
    await append(tx, 'catalog', [...moved, { ...about(editor, node), type: `${noun}.removed`, data: { name: node.name } }], now);
    await clearAfterRemoval(tx, { noun, id: node.id, actorId: editor.userId });
    return node;
  }
}

const about = (editor: Viewer, node: NodeRow) => ({ subject: node.id, actorId: editor.userId });

/** As the paths of changes name it. */
const described = (noun: Noun, { name, parentId, words }: Pick<NodeRow, 'name' | 'parentId' | 'words'>) => ({
  name,
  parentId,
  [WORDS[noun]]: words,
});
