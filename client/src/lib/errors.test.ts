import { CombinedError } from '@urql/core';
import { expect, it } from 'vitest';
import { describeError } from './errors';

const refused = (extensions: Record<string, unknown>) =>
  new CombinedError({ graphQLErrors: [{ message: 'Another team has this name.', extensions }] });

it('names the field as the form does, also where a name is taken', () => {
  expect(describeError(refused({ code: 'BAD_USER_INPUT', field: 'input.params.labels.0' })).field).toBe('params.labels.0');
  expect(describeError(refused({ code: 'CONFLICT', field: 'input.name' })).field).toBe('name');
  expect(describeError(refused({ code: 'CONFLICT', field: 'name' })).field).toBe('name');
  expect(describeError(refused({ code: 'CONFLICT' })).field).toBeUndefined();
});
