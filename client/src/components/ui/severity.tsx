import { cn } from '@/lib/class-names';
import { formatEnum } from '@/lib/format';

export type Severity = 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL';
/** The worst first. */
export const SEVERITIES: readonly Severity[] = ['CRITICAL', 'ERROR', 'WARNING', 'INFO'];

const TEXT = { INFO: 'text-info-text', WARNING: 'text-warning-text', ERROR: 'text-error-text', CRITICAL: 'text-critical-text' };
const MARK = { INFO: 'text-info-mark', WARNING: 'text-warning-mark', ERROR: 'text-error-mark', CRITICAL: 'text-critical-mark' };

function Shape({ severity }: { severity: Severity }) {
  const line = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.6, strokeLinecap: 'round', strokeLinejoin: 'round' } as const;
  const bang = { ...line, stroke: 'var(--surface)' };
  switch (severity) {
    case 'INFO':
      return (
        <>
          <circle cx="8" cy="8" r="6" {...line} />
          <path d="M8 7.3v3.6M8 4.9v.4" {...line} />
        </>
      );
    case 'WARNING':
      return (
        <>
          <path d="M8 2.2 14.4 13.4H1.6Z" {...line} />
          <path d="M8 6.4v3.2M8 11.4v.2" {...line} />
        </>
      );
    case 'ERROR':
      return (
        <>
          <path d="M8 1.4 14.6 8 8 14.6 1.4 8Z" fill="currentColor" />
          <path d="M8 4.6v4M8 11v.2" {...bang} />
        </>
      );
    case 'CRITICAL':
      return (
        <>
          <path d="M5.2 1h5.6L15 5.2v5.6L10.8 15H5.2L1 10.8V5.2Z" fill="currentColor" />
          <path d="M8 4.6v4M8 11v.2" {...bang} />
        </>
      );
  }
}

type MarkProps = { severity: Severity; className?: string; 'aria-hidden'?: boolean };

/** Each has its own outline: it reads without colour. Beside a word hide it from screen readers. */
export function SeverityMark({ severity, className, 'aria-hidden': hidden }: MarkProps) {
  return (
    <svg
      viewBox="0 0 16 16"
      className={cn('size-3.5 shrink-0', MARK[severity], className)}
      {...(hidden ? { 'aria-hidden': true } : { role: 'img', 'aria-label': formatEnum(severity) })}
    >
      <Shape severity={severity} />
    </svg>
  );
}

export const SeverityWord = ({ severity, className }: { severity: Severity; className?: string }) => (
  <span className={cn('inline-flex items-center gap-1.5 whitespace-nowrap', TEXT[severity], className)}>
    <SeverityMark severity={severity} aria-hidden />
    {formatEnum(severity)}
  </span>
);
