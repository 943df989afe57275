import { z } from 'zod';
import { defineRuleType } from './types.ts';

const MAX_LENGTH = 10_000;

const paramsSchema = z.strictObject({
  minLength: z.int().min(1).max(MAX_LENGTH).optional().describe('In characters, without space around it; 1 unless given.'),
  columns: z.boolean().optional().describe('Whether each column needs one as well.'),
});

/** Characters as people count them, nearly: code points. */
const lengthOf = (description: string | null): number => [...(description ?? '').trim()].length;

export const descriptionRequired = defineRuleType({
  name: 'descriptionRequired',
  description:
    'Every asset is described, by a person or by a comment in its source, in a certain length if one is given; with "columns" each of its columns is, too.',
  paramsSchema,
  needs: ({ columns }) => (columns ? ['columns'] : []),
  check(asset, { minLength = 1, columns = false }) {
    const lacks = (noun: string, description: string | null): string | null => {
      const length = lengthOf(description);
      if (length >= minLength) return null;
      if (length === 0) return `This ${noun} has no description. Write one.`;
      return `The description of this ${noun} has ${length} of at least ${minLength} characters. Say more.`;
    };
    const found = (columnId: string | null, message: string | null, description: string | null) =>
      message === null ? [] : [{ columnId, message, evidence: { length: lengthOf(description), minLength } }];
    return [
      ...found(null, lacks('asset', asset.description), asset.description),
      ...(columns
        ? asset.columns.flatMap(({ id, name, description }) => found(id, lacks(`column "${name}"`, description), description))
        : []),
    ];
  },
});
