/** What was typed outlives a reload, in this tab only. Policies hold no secrets. */
import type { PolicyForm } from './editor-form';

/** `version`: of the policy that the edit began from; null for a new one. */
export type Kept = { form: PolicyForm; version: number | null };
const keyOf = (id: string | null): string => `pursight.policy.${id ?? 'new'}`;

export function readKept(id: string | null): Kept | null {
  try {
    return JSON.parse(sessionStorage.getItem(keyOf(id)) ?? 'null') as Kept | null;
  } catch {
    return null; // the browser keeps nothing: then nothing is found
  }
}
export function keep(id: string | null, kept: Kept | null): void {
  try {
    if (kept) sessionStorage.setItem(keyOf(id), JSON.stringify(kept));
    else sessionStorage.removeItem(keyOf(id));
  } catch {
    // Full or forbidden: the page itself still holds what is typed.
  }
}
