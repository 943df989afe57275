'use client';
import { useCallback, useRef } from 'react';
import { toast } from '@/components/ui/toast';
import { useKeys } from '@/lib/keys';

type Edit = { run: () => void };

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
