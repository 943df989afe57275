import { createHash } from 'node:crypto';
import type { TagParent } from '../mappers.ts';

export const Tag = {
  /** A tag has no row of its own: its id follows from its name, and says nothing else. */
  id: ({ name }: TagParent) => createHash('sha256').update(name).digest('base64url').slice(0, 22),
};
