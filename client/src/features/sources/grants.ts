/** Statements that give what is missing, from how a connector names it: `CONNECT on database shop`. */
const quote = (name: string): string => (/^[a-z_][a-z\d_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);

/** Who connects, as the config names it. */
export function userOf(config: unknown): string | null {
  const { user, url } = (config ?? {}) as { user?: unknown; url?: unknown };
  if (typeof user === 'string' && user) return user;
  if (typeof url !== 'string' || !URL.canParse(url)) return null;
  try {
    return decodeURIComponent(new URL(url).username) || null;
  } catch {
    // A lone `%`: the server tells what is wrong with it.
    return null;
  }
}

export function grantsOf(missing: readonly string[], user: string | null): string {
  const to = user ? quote(user) : 'the_user';
  return missing
    .map((permission) => {
      const [, what, name] = /^(.+? on \w+ )(.+)$/.exec(permission) ?? [];
      return `grant ${what && name ? what + quote(name) : permission} to ${to};`;
    })
    .join('\n');
}
