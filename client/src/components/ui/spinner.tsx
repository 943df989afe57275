import { cn } from '@/lib/class-names';

/** A ring of three quarters; still for who wants no motion. The word beside it says what is going on. */
export const Spinner = ({ className }: { className?: string }) => (
  <svg viewBox="0 0 16 16" className={cn('turning size-3.5 shrink-0', className)} aria-hidden>
    <path d="M8 2a6 6 0 1 1-6 6" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" />
  </svg>
);
