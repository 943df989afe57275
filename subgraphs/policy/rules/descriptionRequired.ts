import { z } from 'zod';
import { defineRuleType, type Finding } from './types.ts';

const MAX_LENGTH = 10_000;

const paramsSchema = z.strictObject({
  minLength: z.int().min(1).max(MAX_LENGTH).optional().describe('In characters, without space around it; 1 unless given.'),
  columns: z.boolean().optional().describe('Whether each column needs one as well.'),
});

/** Characters as people count them, nearly: code points. */
function lengthOf(description: string | null): number {
  const text = (description ?? '').trim();
  return /[\ud800-\udfff]/.test(text) ? [...text].length : text.length;
}

export const descriptionRequired = defineRuleType({
  name: 'descriptionRequired',
  description:
    'Every asset is described, by a person or by a comment in its source, in a certain length if one is given; with "columns" each of its columns is, too.',
  paramsSchema,
  needs: ({ columns }) => (columns ? ['columns'] : []),
  check(asset, { minLength = 1, columns = false }) {
    const found = (columnId: string | null, noun: string, description: string | null): Finding[] => {
      const length = lengthOf(description);
      if (length >= minLength) return [];
      const message =
        length === 0
          ? `This ${noun} has no description. Write one.`
          : `The description of this ${noun} has ${length} of at least ${minLength} characters. Say more.`;
      return [{ columnId, message, evidence: { length, minLength } }];
    };
    return [
      ...found(null, 'asset', asset.description),
      ...(columns ? asset.columns.flatMap(({ id, name, description }) => found(id, `column "${name}"`, description)) : []),
    ];
  },
});
