import { expect, it } from 'vitest';
import { z } from 'zod';
import { findAppError } from '#platform/errors.ts';
import { RULE_TYPES } from '../rules/registry.ts';
import { checkPolicyInput } from './definition.ts';

const refused = (ruleType: string, params: unknown, scope?: unknown): unknown => {
  try {
    return checkPolicyInput({ ruleType, params, scope });
  } catch (error) {
    const { code, details } = findAppError(error)!;
    return `${code} ${details['field']}`;
  }
};

it('names what is wrong with a definition', () => {
  expect(refused('ownerNeeded', {})).toBe('BAD_USER_INPUT input.ruleType');
  expect(refused('toString', {})).toBe('BAD_USER_INPUT input.ruleType');
  expect(refused('ownerRequired', null)).toBe('BAD_USER_INPUT input.params');
  expect(refused('ownerRequired', [])).toBe('BAD_USER_INPUT input.params');
  expect(refused('ownerRequired', { rule: 'OWNER' })).toBe('BAD_USER_INPUT input.params.rule');
  expect(refused('namingConvention', { pattern: '(', target: 'asset' })).toBe('BAD_USER_INPUT input.params.pattern');
  expect(refused('namingConvention', { pattern: 'a' })).toBe('BAD_USER_INPUT input.params.target');
  expect(refused('labelRequired', { labels: ['EMAIL', 'NOPE'] })).toBe('BAD_USER_INPUT input.params.labels.1');
  expect(refused('ownerRequired', {}, { kinds: ['NOPE'] })).toBe('BAD_USER_INPUT input.scope.kinds.0');
});

it('gives the rule, its parameters and the scope', () => {
  const definition = checkPolicyInput({
    ruleType: 'descriptionRequired',
    params: { minLength: 5 },
    scope: { tags: null, kinds: ['VIEW'] },
  });
  expect(definition).toMatchObject({ ruleType: { name: 'descriptionRequired' }, params: { minLength: 5 }, scope: { kinds: ['VIEW'] } });
});

it('has rule types with a schema that forms are drawn from', () => {
  expect(RULE_TYPES.map(({ name }) => name)).toEqual([
    'descriptionRequired',
    'labelRequired',
    'namingConvention',
    'noUnmaskedLabel',
    'ownerRequired',
  ]);
  for (const { name, description, paramsSchema } of RULE_TYPES) {
    const schema = z.toJSONSchema(paramsSchema);
    expect(schema, name).toMatchObject({ type: 'object', additionalProperties: false, $schema: expect.stringContaining('2020-12') });
    for (const [field, property] of Object.entries(schema.properties!))
      expect((property as { description?: string }).description, `${name}.${field}`).toMatch(/\.$|;/);
    expect(description).toMatch(/\.$/);
  }
});
