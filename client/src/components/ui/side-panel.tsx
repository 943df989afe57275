'use client';
import type { ReactNode } from 'react';
import { X } from 'lucide-react';
import { cn } from '@/lib/class-names';
import { useKeys } from '@/lib/keys';
import { IconButton } from './button';
import { Boundary } from './panel';

type Props = {
  label: string;
  /** Without: it is always there, beside the content; below 1440 px it comes below it. */
  onClose?: () => void;
  head?: ReactNode;
  footer?: ReactNode;
  className?: string;
  children: ReactNode;
};

/** The details of what is chosen: beside the list from 1440 px on, over it below, the whole page below 700. It does not trap the focus. */
export function SidePanel({ label, onClose, head, footer, className, children }: Props) {
  useKeys(onClose ? { Escape: onClose } : {}, onClose !== undefined);
  return (
    <aside
      id="details"
      aria-label={label}
      className={cn(
        'flex w-[320px] shrink-0 flex-col border-l border-line bg-surface',
        onClose &&
          'max-lg:fade-in max-lg:absolute max-lg:inset-y-0 max-lg:right-0 max-lg:z-30 max-lg:w-[344px] max-lg:max-w-full max-lg:shadow-raised max-sm:fixed max-sm:inset-0 max-sm:w-full',
        className,
      )}
    >
      {(head || onClose) && (
        <header className="flex min-h-[38px] items-center gap-2 px-4 pt-2">
          <div className="min-w-0 flex-1">{head}</div>
          {onClose && (
            <IconButton label="Close the details" size="small" icon={<X className="size-3.5" strokeWidth={1.6} />} onClick={onClose} />
          )}
        </header>
      )}
      <div className="min-h-0 flex-1 overflow-y-auto">
        <Boundary name={label}>{children}</Boundary>
      </div>
      {footer && <footer className="border-t border-line bg-surface px-4 py-2">{footer}</footer>}
    </aside>
  );
}

/** A titled block of a side panel. */
export const SideSection = ({ title, action, children }: { title?: ReactNode; action?: ReactNode; children: ReactNode }) => (
  <section className="border-t border-line px-4 py-3 first:border-t-0">
    {title && (
      <div className="mb-2 flex items-center gap-2">
        <h2 className="font-semibold">{title}</h2>
        <div className="ml-auto">{action}</div>
      </div>
    )}
    {children}
  </section>
);

/** Name and value, as in “Rows: about 1.8 million”. */
export const Facts = ({ children }: { children: ReactNode }) => (
  <dl className="grid grid-cols-[92px_minmax(0,1fr)] gap-x-3 gap-y-1.5">{children}</dl>
);
export const Fact = ({ name, children }: { name: ReactNode; children: ReactNode }) => (
  <>
    <dt className="text-small leading-5 text-fg-3">{name}</dt>
    <dd className="min-w-0 break-words">{children}</dd>
  </>
);
