/** A part of the page's script that does not come: after a new build its files have other names, and only the page loaded anew knows them. */
import { serverAnswers } from './network';

export const isMissingScript = (error: Error): boolean => error.name === 'ChunkLoadError';

/** In words, with what helps: the part itself cannot be tried again. */
export const MISSING_SCRIPT = {
  title: 'A part of this page did not come',
  text: 'There is a newer version of it, or no network. Load the page again.',
  code: 'ChunkLoadError',
};

const KEY = 'pursight.reloaded';
const PAUSE_MS = 60_000;

/** Loads the page anew; not where the server is away, and not again and again. */
export async function reloadForScript(): Promise<void> {
  try {
    if (Date.now() - Number(sessionStorage.getItem(KEY)) < PAUSE_MS || !(await serverAnswers())) return;
    sessionStorage.setItem(KEY, String(Date.now()));
  } catch {
    return; // what cannot be noted could happen again and again
  }
  location.reload();
}
