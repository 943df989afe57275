import type { World } from '../world.ts';

/** A mutation with its input, as whoever asks; gives what was selected of its payload. */
export async function mutate(admin: World['admin'], name: string, input: object, selection = 'cursor'): Promise<any> {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  return (await admin(`mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} } }`, { input }))[name];
}
