'use client';
import { Button } from './button';

/** After the rows of a list whose next page did not come. */
export const RestMissing = ({ isFetching = false, onRetry }: { isFetching?: boolean; onRetry: () => void }) => (
  <span role="alert" className="inline-flex flex-wrap items-center gap-x-2 gap-y-1">
    <span className="text-error-text">The rest could not be loaded.</span>
    <Button size="small" busy={isFetching} onClick={onRetry}>
      Try again
    </Button>
  </span>
);
