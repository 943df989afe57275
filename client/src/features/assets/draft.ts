/** What was typed and not saved yet: it outlives a reload and a lost session of this browser tab. Nobody else's: the viewer's id is in its name. */
export type DraftKey = `pursight.draft.${string}`;

export const draftKey = (what: string, viewerId: string): DraftKey => `pursight.draft.${what}.${viewerId}`;

export function readDraft<Draft>(key: DraftKey): Draft | null {
  if (typeof sessionStorage === 'undefined') return null;
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null') as Draft | null;
  } catch {
    return null; // a blocked or broken storage: there is none then
  }
}

/** Null takes it away. */
export function writeDraft(key: DraftKey, draft: unknown): void {
  try {
    if (draft === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(draft));
  } catch {
    // full or blocked: what is typed stays on the page at least
  }
}
