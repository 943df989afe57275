/** What a flow or a path may lie between: two assets, or two columns. */
import { InvalidInput } from '#platform/errors.ts';

export const twoKinds = (field: string): InvalidInput =>
  new InvalidInput('One of these is an asset and the other a column. Give the ids of two assets, or of two columns.', field);
