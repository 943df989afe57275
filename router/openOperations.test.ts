import { describe, expect, it } from 'vitest';
import { isOpenOperation } from './openOperations.ts';

const SIGN_IN = 'signIn(input: { email: "a", password: "b" }) { session { accessToken } }';
const REFRESH = 'refreshSession(input: { refreshToken: "a" }) { session { accessToken } }';

describe('open operations', () => {
  it.each([
    `mutation { ${SIGN_IN} }`,
    `mutation In { again: ${REFRESH} }`,
    `mutation { ...F } fragment F on Mutation { ${SIGN_IN} ... { ${REFRESH} } }`,
  ])('opens %s', (query) => expect(isOpenOperation(query)).toBe(true));
  it.each([
    '{ __typename }',
    '{ __schema { types { name } } }',
    `mutation { ${SIGN_IN} signOut(input: {}) { signedOut } }`,
    `mutation { signIn: signOut(input: {}) { signedOut } }`,
    `mutation A { ${SIGN_IN} } query B { me { name } }`,
    `mutation { ...F } fragment F on Mutation { ${SIGN_IN} ...G } fragment G on Mutation { ...F signOut(input: {}) { signedOut } }`,
    'query { signIn }',
    'fragment F on Query { me { id } }',
    undefined,
    ['{ me { id } }'],
  ])('does not open %s', (query) => expect(isOpenOperation(query)).toBe(false));
});
