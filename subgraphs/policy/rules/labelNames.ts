import { z } from 'zod';
import { findLabel } from '../classification/labels.ts';

const MAX_LABELS = 100;

/** Names of `Query.labels`, one at least. */
export const labelNames = z
  .array(z.string().refine((name) => findLabel(name) !== undefined, 'There is no such label. Take names of "labels".'))
  .min(1, 'Name at least one label.')
  .max(MAX_LABELS);
