'use client';
import { useEffect, useSyncExternalStore } from 'react';
import { X } from 'lucide-react';
import { Button, IconButton } from './button';
import { currentToasts, onToasts, removeToast, type Shown } from './toast';

const NONE: readonly Shown[] = [];
export function Toasts() {
  const toasts = useSyncExternalStore(onToasts, currentToasts, () => NONE);
  return (
    <div
      role="region"
      aria-label="Notices"
      className="pointer-events-none fixed right-4 bottom-4 z-50 flex w-[360px] flex-col gap-2 max-sm:inset-x-3 max-sm:bottom-3 max-sm:w-auto"
    >
      {toasts.map((each) => (
        <Notice key={each.id} toast={each} />
      ))}
    </div>
  );
}

/** One of them; where they come from they are in `Toasts`. */
export function Notice({ toast: { id, title, text, mark, action, stays } }: { toast: Shown }) {
  useEffect(() => {
    if (stays) return;
    const timer = setTimeout(
      () => {
        const element = document.getElementById(`toast-${id}`);
        if (!element?.matches(':hover, :focus-within')) return removeToast(id);
        for (const leaves of ['pointerleave', 'focusout']) element.addEventListener(leaves, () => removeToast(id), { once: true });
      },
      action ? 10_000 : 6_000,
    );
    return () => clearTimeout(timer);
  }, [id, stays, action]);
  return (
    <div
      id={`toast-${id}`}
      role={stays ? 'alert' : 'status'}
      className="rise-in pointer-events-auto flex items-start gap-2 rounded-panel border border-line-strong bg-raised p-3 shadow-raised"
    >
      {mark && <span className="mt-[5px] coarse:mt-[11px]">{mark}</span>}
      <div className="min-w-0 flex-1 py-0.5 coarse:py-2">
        <p className="font-medium break-words">{title}</p>
        {text && <p className="text-small break-words text-fg-2">{text}</p>}
      </div>
      {action && (
        <Button size="small" onClick={() => (action.run(), removeToast(id))}>
          {action.label}
        </Button>
      )}
      <IconButton label="Close" size="small" icon={<X className="size-3.5" strokeWidth={1.6} />} onClick={() => removeToast(id)} />
    </div>
  );
}
