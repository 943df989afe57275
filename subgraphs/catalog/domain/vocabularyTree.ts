/** Where in its tree a domain or a glossary term may be. Call these under the tree's lock. */
import type { Transaction } from '#platform/database/index.ts';
import { Conflict, InvalidInput, NotFound } from '#platform/errors.ts';
import { isId } from '#platform/ids.ts';
import { findNodes, findTakenNames, heightOf, listAncestorIds, type NodeRow, type Noun } from '../store/vocabulary.ts';
import { NOUNS } from './vocabularyInputs.ts';

const MOST_LEVELS = 20;

export async function getNode(tx: Transaction, noun: Noun, id: string): Promise<NodeRow> {
  const [node] = isId(id) ? await findNodes(tx, noun, [id]) : [];
  if (!node) throw new NotFound(NOUNS[noun], id);
  return node;
}

/** The ids of the parent, which must be there, and of all above it. */
export async function getAbove(tx: Transaction, noun: Noun, parentId: string | null): Promise<string[]> {
  if (parentId === null) return [];
  const above = await listAncestorIds(tx, noun, parentId);
  if (above.length > 0) return above;
  throw new InvalidInput(`There is no ${NOUNS[noun]} of this id. Choose one that there is, or null for the top.`, 'input.parentId');
}

/** Not below itself, not too deep, and with a name of its own there. `above`: its parent and all above that. */
export async function checkPlace(tx: Transaction, noun: Noun, node: NodeRow, above: readonly string[]): Promise<void> {
  const field = 'input.parentId';
  if (above.includes(node.id)) {
    throw new InvalidInput(`A ${NOUNS[noun]} cannot be below itself. Choose a parent that is not among its descendants.`, field);
  }
  if (above.length + (await heightOf(tx, noun, node.id)) > MOST_LEVELS) {
    throw new InvalidInput(`At most ${MOST_LEVELS} levels are possible. Choose a parent further up.`, field, { max: MOST_LEVELS });
  }
  await checkNames(tx, noun, node, [node.name]);
}

/** That nobody beside the node has these names. */
export async function checkNames(tx: Transaction, noun: Noun, { id, parentId }: NodeRow, names: readonly string[]): Promise<void> {
  const [taken] = await findTakenNames(tx, noun, { parentId, names, except: id });
  if (taken === undefined) return;
  const where = parentId ? 'under the same parent' : 'at the top';
  throw new Conflict(`There is a ${NOUNS[noun]} "${taken}" already ${where}. Rename one of the two first.`, { field: 'input.name' });
}
