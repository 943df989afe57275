import type { ReactNode } from 'react';
import { cn } from '@/lib/class-names';
import { formatEnum } from '@/lib/format';

const line = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.6, strokeLinecap: 'round', strokeLinejoin: 'round' } as const;
const cut = { ...line, stroke: 'var(--surface)' };
const ring = <circle cx="8" cy="8" r="5.8" {...line} />;
const dashed = <circle cx="8" cy="8" r="5.8" {...line} strokeDasharray="1.8 3.4" />;
const disc = <circle cx="8" cy="8" r="6.6" fill="currentColor" />;

/** Of violations, runs and policies; each with its own shape. */
const MARKS = {
  OPEN: [ring, 'text-fg-2'],
  ACKNOWLEDGED: [<>{ring}<path d="M8 2.2a5.8 5.8 0 0 1 0 11.6Z" fill="currentColor" /></>, 'text-primary-text'],
  RESOLVED: [<>{disc}<path d="m5.2 8.2 2 2 3.6-4" {...cut} /></>, 'text-ok-mark'],
  WAIVED: [<>{dashed}<path d="M5.4 8h5.2" {...line} /></>, 'text-fg-3'],
  QUEUED: [<circle key="q" cx="8" cy="8" r="5.8" {...line} strokeDasharray="0.1 3.3" />, 'text-fg-3'],
  RUNNING: [<path key="r" d="M8 2.2A5.8 5.8 0 1 1 2.2 8" {...line} />, 'text-primary-text'],
  COMPLETED: [<>{disc}<path d="m5.2 8.2 2 2 3.6-4" {...cut} /></>, 'text-ok-mark'],
  COMPLETED_WITH_WARNINGS: [<>{ring}<path d="M8 5v3.6M8 11v.2" {...line} /></>, 'text-ok-mark'],
  NEEDS_REVIEW: [<>{ring}<path d="M6.4 5.8v4.4M9.6 5.8v4.4" {...line} /></>, 'text-warning-mark'],
  FAILED: [<>{disc}<path d="m5.8 5.8 4.4 4.4m0-4.4-4.4 4.4" {...cut} /></>, 'text-error-mark'],
  CANCELLED: [<>{ring}<path d="m4 12 8-8" {...line} /></>, 'text-fg-3'],
  DRAFT: [dashed, 'text-fg-3'],
  PUBLISHED: [<>{ring}<circle cx="8" cy="8" r="2.4" fill="currentColor" /></>, 'text-ok-mark'],
  RETIRED: [<>{ring}<path d="M5.4 8h5.2" {...line} /></>, 'text-fg-3'],
} satisfies Record<string, [ReactNode, string]>; // prettier-ignore

export type Status = keyof typeof MARKS;

export const StatusMark = ({ status, className }: { status: Status; className?: string }) => (
  <svg viewBox="0 0 16 16" aria-hidden className={cn('size-3.5 shrink-0', MARKS[status][1], status === 'RUNNING' && 'turning', className)}>
    {MARKS[status][0]}
  </svg>
);

/** Always with its word; `children` in place of it. */
export const StatusWord = ({ status, className, children }: { status: Status; className?: string; children?: ReactNode }) => (
  <span className={cn('inline-flex items-center gap-1.5 whitespace-nowrap', className)}>
    <StatusMark status={status} />
    {children ?? formatEnum(status)}
  </span>
);
