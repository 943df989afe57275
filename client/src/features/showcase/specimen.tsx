import type { ComponentType, ReactNode } from 'react';
import { cn } from '@/lib/class-names';

/** A component in all its states; its name is its heading, and its anchor. */
export type Specimen = { name: string; States: ComponentType };

export const anchorOf = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]+/g, '-');

type Props = {
  name: string;
  /** In a box, at the full width. */
  boxed?: boolean;
  /** Is loading, and stays so: who waits for a page to be whole does not wait for this. */
  stays?: boolean;
  className?: string;
  children: ReactNode;
};

/** One state under its name. */
export const State = ({ name, boxed = false, stays = false, className, children }: Props) => (
  <div className={cn('flex min-w-0 flex-col gap-1.5', boxed && 'w-full')} {...(stays && { 'data-stays': '' })}>
    <p className="text-small text-fg-3">{name}</p>
    <div
      className={cn(
        boxed
          ? 'relative flex min-w-0 flex-col overflow-hidden rounded-panel border border-line'
          : 'flex min-w-0 flex-wrap items-center gap-2',
        className,
      )}
    >
      {children}
    </div>
  </div>
);
