/** What was typed outlives a reload, in this tab only. Never for secrets. */
const keyOf = (name: string): string => `pursight.${name}`;

export function readKept<Value>(name: string): Value | null {
  try {
    return JSON.parse(sessionStorage.getItem(keyOf(name)) ?? 'null') as Value | null;
  } catch {
    return null; // the browser keeps nothing: then nothing is found
  }
}

/** null takes it away. */
export function keep(name: string, value: unknown): void {
  try {
    if (value === null) sessionStorage.removeItem(keyOf(name));
    else sessionStorage.setItem(keyOf(name), JSON.stringify(value));
  } catch {
    // Full or forbidden: the page itself still holds what is typed.
  }
}
