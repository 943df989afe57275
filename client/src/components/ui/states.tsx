'use client';
import { useEffect, useEffectEvent, useState, type ReactNode } from 'react';
import { Copy } from 'lucide-react';
import Link from 'next/link';
import type { CombinedError } from '@urql/core';
import { cn } from '@/lib/class-names';
import { copyText } from '@/lib/copy-text';
import { describeError, type Told } from '@/lib/errors';
import { Button } from './button';
import { StatusMark } from './status';

type EmptyProps = { title: ReactNode; children?: ReactNode; action?: ReactNode; className?: string };

/** One bold line (what is not here), one plain line (why, or what was checked), at most one action. */
export const EmptyState = ({ title, children, action, className }: EmptyProps) => (
  <div className={cn('flex flex-col items-center gap-1 px-6 py-10 text-center', className)}>
    <p className="font-semibold">{title}</p>
    {children && <p className="max-w-[56ch] text-fg-2">{children}</p>}
    {action && <div className="mt-3">{action}</div>}
  </div>
);

type ErrorProps = {
  error: CombinedError | Error | Told;
  /** What cannot be shown, as in “Lineage”. */
  subject?: string;
  /** What still works. */
  rest?: string;
  onRetry?: () => void;
  className?: string;
};

/** What happened, what still works, one action, the code. Who is limited in how often to ask is asked again by itself. */
export function ErrorPanel({ error, subject, rest, onRetry, className }: ErrorProps) {
  const told = 'title' in error ? error : describeError(error, subject);
  const retry = useEffectEvent(() => onRetry?.());
  const asksAgain = Boolean(told.retryAfterMs && onRetry);
  useEffect(() => {
    if (!asksAgain) return;
    const timer = setTimeout(retry, told.retryAfterMs);
    return () => clearTimeout(timer);
  }, [asksAgain, told.retryAfterMs]);
  return (
    <div role="alert" className={cn('flex items-start gap-2.5 p-4', className)}>
      <StatusMark status="FAILED" className="mt-[3px]" />
      <div className="flex min-w-0 flex-col gap-2">
        <p className="font-semibold">{told.title}</p>
        <p className="max-w-[72ch] break-words text-fg-2">
          {asksAgain ? `Trying again in ${Math.ceil(told.retryAfterMs! / 1000)} s.` : told.text} {rest}
        </p>
        <div className="flex flex-wrap items-center gap-2">
          {onRetry && <Button onClick={onRetry}>Try again</Button>}
          <code className="text-small text-fg-3">{told.code}</code>
          {told.requestId && <CopyId id={told.requestId} />}
        </div>
      </div>
    </div>
  );
}

function CopyId({ id }: { id: string }) {
  const [isCopied, setCopied] = useState(false);
  return (
    <Button
      size="small"
      variant="quiet"
      icon={<Copy className="size-3" strokeWidth={1.6} />}
      onClick={() => void copyText(id).then(() => setCopied(true))}
    >
      {isCopied ? 'Copied' : 'Copy request id'}
    </Button>
  );
}

/** The same words for what does not exist and for what the viewer may not see. */
export const NotFound = ({ thing }: { thing: string }) => (
  <EmptyState title={`This ${thing} does not exist, or you may not see it.`} className="py-20">
    Go on with{' '}
    <Link className="text-primary-text underline underline-offset-2" href="/search">
      Search
    </Link>{' '}
    or{' '}
    <Link className="text-primary-text underline underline-offset-2" href="/">
      Home
    </Link>
    .
  </EmptyState>
);
