import { cn } from '@/lib/class-names';

export const Skeleton = ({ className }: { className?: string }) => (
  <div aria-hidden className={cn('late rounded-chip bg-hover', className)} />
);

type RowsProps = {
  rows?: number;
  /** Below 700 px each of them is two lines. */
  isTall?: boolean;
  className?: string;
};

/** Rows of their final height, after 150 ms. */
export const SkeletonRows = ({ rows = 6, isTall = false, className }: RowsProps) => (
  <div aria-busy="true" aria-label="Loading" role="status" className={className}>
    {Array.from({ length: rows }, (_, index) => (
      <div key={index} className={cn('flex h-row items-center gap-3 border-b border-line px-3', isTall && 'max-sm:h-14')}>
        <Skeleton className="size-3.5" />
        <div className="flex-1">
          <Skeleton className={cn('h-3', ['w-3/5', 'w-2/5', 'w-4/5', 'w-1/2'][index % 4])} />
        </div>
        <Skeleton className="h-3 w-16" />
      </div>
    ))}
  </div>
);

/** Runs along a panel's top, over heads that stay, while what it shows is asked for again. */
export const RefetchLine = ({ isOn }: { isOn: boolean }) => (
  <div aria-hidden className="pointer-events-none absolute inset-x-0 top-0 z-20 h-0.5 overflow-hidden">
    {isOn && <div className="late h-full w-1/4 animate-[pass-by_1.2s_linear_infinite] bg-primary" />}
  </div>
);
