import { readFileSync } from 'node:fs';
import { buildSchema, isObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { EMBEDDED, isEmbedded } from './cache';

const schema = buildSchema(readFileSync(new URL('../../../../schema/api.graphql', import.meta.url), 'utf8'));
const types = Object.values(schema.getTypeMap()).filter(
  (type) => isObjectType(type) && !/^(__|Query$|Mutation$|Subscription$)/.test(type.name),
);

/** They have an id that tells which node it is, and fields that are another question's tomorrow. */
const IDENTIFIED_BUT_EMBEDDED = ['LineageNode'];

describe('the cache', () => {
  it('keeps by its id what has one, and everything else with what it hangs on', () => {
    const wrong = types.filter((type) => {
      const hasId = isObjectType(type) && 'id' in type.getFields() && !IDENTIFIED_BUT_EMBEDDED.includes(type.name);
      const isKept = !(EMBEDDED as readonly string[]).includes(type.name) && !isEmbedded(type.name);
      // Results of a batch have the id of the thing that they are about, which is not theirs.
      return hasId !== isKept && !type.name.endsWith('Result');
    });
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  it('names no type that the graph does not have', () => {
    expect(EMBEDDED.filter((name) => !types.some((type) => type.name === name))).toEqual([]);
  });
});
