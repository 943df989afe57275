import { cn } from '@/lib/class-names';
import { formatCount } from '@/lib/format';

/** `total` null: it is not known how many there are. */
export function Progress({ label, done, total, className }: { label: string; done: number; total: number | null; className?: string }) {
  return (
    <div className={cn('flex items-center gap-3', className)}>
      <div
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        {...(total !== null && { 'aria-valuenow': done, 'aria-valuemax': total })}
        className="relative h-1.5 min-w-20 flex-1 overflow-hidden rounded-full bg-hover"
      >
        {total === null ? (
          <div className="h-full w-1/4 animate-[pass-by_1.6s_linear_infinite] rounded-full bg-primary" />
        ) : (
          <div
            className="h-full origin-left rounded-full bg-primary"
            style={{ width: `${total === 0 ? 100 : Math.min(100, (100 * done) / total)}%` }}
          />
        )}
      </div>
      <span className="shrink-0 text-right whitespace-nowrap">
        {formatCount(done)} <span className="text-fg-3">{total === null ? 'so far' : `of ${formatCount(total)}`}</span>
      </span>
    </div>
  );
}
