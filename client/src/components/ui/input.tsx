import type { ComponentProps } from 'react';
import { cn } from '@/lib/class-names';

/** Of everything that is typed into. */
export const CONTROL =
  'control-box rounded-control border border-control bg-surface px-2 text-fg placeholder:text-fg-3 aria-invalid:border-error-mark disabled:text-fg-disabled disabled:border-line-strong';

/** Apart from the other fields: a page whose first script has little room needs it alone, for its filter. */
export const Input = ({ className, ...props }: ComponentProps<'input'>) => (
  <input className={cn(CONTROL, 'h-control', className)} {...props} />
);
