export type Change = Record<string, string | readonly string[] | null | undefined>;

/** The parameters with a change: null, an empty text or an empty list takes one away. */
export function withParams(params: URLSearchParams, change: Change): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const [name, value] of Object.entries(change)) {
    next.delete(name);
    for (const each of Array.isArray(value) ? (value as readonly string[]) : [value as string | null | undefined])
      if (each) next.append(name, each);
  }
  return next;
}
