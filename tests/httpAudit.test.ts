/** graphql-http's audits against the product; `npm run audit:http` prints the same. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isBinding, runAudits } from '../scripts/httpAudits.ts';
import { createWorld, EMAIL, PASSWORD, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.stop());

it('speaks GraphQL over HTTP: every MUST and SHOULD holds, and every MAY that docs/http.md does not except', async () => {
  const { data } = await world.anonymous('mutation ($input: SignInInput!) { signIn(input: $input) { session { accessToken } } }', {
    input: { email: EMAIL, password: PASSWORD },
  });
  const outcomes = await runAudits(world.url, data.signIn.session.accessToken);
  expect(outcomes.filter(isBinding).length).toBeGreaterThan(35);
  expect(outcomes.filter(({ ok }) => !ok)).toEqual([]);
});
