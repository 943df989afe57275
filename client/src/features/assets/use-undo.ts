'use client';
import { useCallback, useRef } from 'react';
import { toast } from '@/components/ui/toast';
import { plural } from '@/lib/format';
import { useKeys } from '@/lib/keys';

type Edit = { run: () => void };

/** Says what of an undo did not work: nobody looks at what was edited any more. */
export function tellNotUndone(outcomes: readonly { error: string | null; isConflict?: boolean }[]): void {
  const failed = outcomes.filter(({ error, isConflict }) => error !== null && !isConflict);
  if (failed.length === 0) return;
  toast({
    title: outcomes.length === 1 ? 'Not undone' : `${plural(failed.length, 'change')} not undone`,
    text: failed[0]!.error,
    stays: true,
  });
}

/** The edits of this page, so that each can be taken back: by its notice, or the last one by ⌘Z. */
export function useUndo() {
  const edits = useRef<Edit[]>([]);
  useKeys({ 'mod+z': () => edits.current.pop()?.run() });
  return useCallback((title: string, undo: () => void): void => {
    const edit: Edit = { run: undo };
    edits.current.push(edit);
    const run = () => {
      // It may have been taken back by the key meanwhile.
      if (!edits.current.includes(edit)) return;
      edits.current = edits.current.filter((each) => each !== edit);
      undo();
    };
    toast({ title, action: { label: 'Undo', run } });
  }, []);
}

export type Did = ReturnType<typeof useUndo>;
