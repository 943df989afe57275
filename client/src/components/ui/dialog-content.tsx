'use client';
import { useRef } from 'react';
import { Dialog as Radix } from 'radix-ui';
import { X } from 'lucide-react';
import { cn } from '@/lib/class-names';
import { focusHeading } from '@/lib/focus';
import { IconButton } from './button';

import type { DialogProps } from './dialog';

/** What somebody came to fill in has the focus first, before the button that closes. */
const FIELD = 'input:not([type=hidden], :disabled), textarea, select';

/** Traps the focus and gives it back. Esc and the backdrop close it. */
export function DialogContent({
  open,
  onClose,
  title,
  description,
  footer,
  children,
  as = 'dialog',
  wide = false,
  initialFocus,
}: DialogProps) {
  const opener = useRef<Element | null>(null);
  const body = useRef<HTMLDivElement>(null);
  return (
    <Radix.Root open={open} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fade-in fixed inset-0 z-40 bg-[var(--backdrop)]" />
        <Radix.Content
          data-modal=""
          {...(!description && { 'aria-describedby': undefined })}
          onOpenAutoFocus={(event) => {
            opener.current = openerOf(document.activeElement);
            const target = initialFocus?.() ?? body.current?.querySelector<HTMLElement>(FIELD);
            if (!target) return;
            event.preventDefault();
            target.focus();
          }}
          // Radix gives the focus back to a trigger, which these have not.
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            if (opener.current instanceof HTMLElement && opener.current.isConnected) opener.current.focus();
            // What opened it went with what was done: then the page's heading, unless the focus was led elsewhere already.
            else focusHeading();
          }}
          className={cn(
            'rise-in fixed z-50 flex flex-col bg-raised shadow-raised',
            as === 'sheet'
              ? 'inset-y-0 right-0 w-full max-w-[480px] sm:border-l sm:border-line-strong'
              : cn(
                  'top-[12vh] left-1/2 max-h-[80vh] w-[calc(100vw-24px)] -translate-x-1/2 rounded-dialog border border-line-strong',
                  wide ? 'max-w-[760px]' : 'max-w-[480px]',
                ),
          )}
        >
          <header className="flex items-start gap-2 px-4 pt-4 pb-2">
            <Radix.Title className="min-w-0 flex-1 text-panel break-words">{title}</Radix.Title>
            {/* As high as the title's first line, whatever a finger needs. */}
            <IconButton
              label="Close"
              size="small"
              className="-my-0.5 coarse:-my-2"
              icon={<X className="size-3.5" strokeWidth={1.6} />}
              onClick={onClose}
            />
          </header>
          <div ref={body} className="min-h-0 flex-1 overflow-y-auto px-4 pb-4">
            {description && <Radix.Description className="mb-3 text-fg-2">{description}</Radix.Description>}
            {children}
          </div>
          {footer && <footer className="flex flex-wrap items-center justify-end gap-2 border-t border-line px-4 py-3">{footer}</footer>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** An item of a menu goes with its menu: the menu's button stands for it. The page as a whole opened nothing. */
function openerOf(active: Element | null): Element | null {
  if (active === document.body) return null;
  const labelledBy = active?.closest('[role="menu"]')?.getAttribute('aria-labelledby');
  return labelledBy ? document.getElementById(labelledBy) : active;
}
