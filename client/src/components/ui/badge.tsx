import type { ReactNode } from 'react';
import { X } from 'lucide-react';
import { cn } from '@/lib/class-names';
import { formatConfidence } from '@/lib/format';

const TONES = {
  neutral: 'bg-hover text-fg-2',
  accent: 'bg-primary-subtle text-primary-text',
  info: 'bg-info-subtle text-info-text',
  warning: 'bg-warning-subtle text-warning-text',
  error: 'bg-error-subtle text-error-text',
  critical: 'bg-critical-solid text-primary-fg',
  ok: 'bg-ok-subtle text-ok-text',
};

/** Counts and outcome words only. */
export const Badge = ({
  tone = 'neutral',
  className,
  children,
}: {
  tone?: keyof typeof TONES;
  className?: string;
  children: ReactNode;
}) => (
  <span
    className={cn('inline-flex h-[18px] items-center rounded-chip px-1.5 text-micro font-medium whitespace-nowrap', TONES[tone], className)}
  >
    {children}
  </span>
);

/** A tag, a term: a word beside others. */
export const Chip = ({ className, children }: { className?: string; children: ReactNode }) => (
  <span
    className={cn(
      'inline-flex h-5 max-w-full items-center gap-1 rounded-chip border border-line-strong px-1.5 text-small text-fg-2',
      className,
    )}
  >
    {children}
  </span>
);

/** A filter that applies; `onRemove` takes it away. */
export const FilterChip = ({ children, onRemove, label }: { children: ReactNode; onRemove: () => void; label: string }) => (
  <span className="inline-flex h-6 max-w-full items-center gap-1 rounded-chip border border-primary-line bg-primary-subtle pl-2 text-small font-medium text-primary-text">
    <span className="truncate">{children}</span>
    <button type="button" aria-label={`Remove the filter ${label}`} className="flex size-6 items-center justify-center" onClick={onRemove}>
      <X className="size-3" strokeWidth={1.6} />
    </button>
  </span>
);

export type LabelState = 'CONFIRMED' | 'SUGGESTED' | 'REJECTED';
const STATES = {
  CONFIRMED: 'border-line-strong bg-subtle text-fg',
  SUGGESTED: 'border-dashed border-control text-fg-2',
  REJECTED: 'border-line text-fg-3 line-through',
};
const WORDS = { CONFIRMED: '', SUGGESTED: ', suggested', REJECTED: ', rejected' };

/** What a column holds. `confidence` (0 to 1) is told of a suggestion only. */
export const LabelChip = ({ name, state = 'CONFIRMED', confidence }: { name: string; state?: LabelState; confidence?: number }) => (
  <span
    className={cn(
      'inline-flex h-[18px] items-center gap-1 rounded-chip border px-1.5 font-mono text-micro font-medium whitespace-nowrap',
      STATES[state],
    )}
  >
    {name}
    {state === 'SUGGESTED' && confidence !== undefined && <span className="font-sans font-normal">{formatConfidence(confidence)}</span>}
    {WORDS[state] && <span className="sr-only">{WORDS[state]}</span>}
  </span>
);

export const Kbd = ({ children }: { children: ReactNode }) => (
  <kbd className="inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-chip border border-line-strong bg-subtle px-1 font-sans whitespace-nowrap text-micro font-medium text-fg-3">
    {children}
  </kbd>
);
