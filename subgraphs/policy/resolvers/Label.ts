import { findLabel } from '../classification/labels.ts';

export const Label = {
  __resolveReference: ({ id }: { id: string }) => findLabel(id) ?? null,
};
