'use client';
import { ArrowUp } from 'lucide-react';
import { Kbd } from '@/components/ui/badge';
import type { Severity } from '@/components/ui/severity';
import { plural } from '@/lib/format';

/** `3 new violations, 1 critical`. */
export function arrivalText(severities: readonly Severity[]): string {
  const critical = severities.filter((severity) => severity === 'CRITICAL').length;
  return `${plural(severities.length, 'new violation')}${critical ? `, ${critical} critical` : ''}`;
}

/** What came while the list was read.  */
export const ArrivalsBar = ({ text, onShow }: { text: string; onShow: () => void }) =>
  text === '' ? null : (
    <button
      type="button"
      onClick={onShow}
      className="fade-in flex h-8 w-full shrink-0 items-center gap-2.5 border-b border-primary-line bg-primary-subtle px-5 text-left text-primary-text max-sm:h-11 max-sm:px-3"
    >
      <ArrowUp aria-hidden className="size-3.5" strokeWidth={1.6} />
      <span className="font-medium">{text}</span>
      <span className="ml-auto flex items-center gap-1.5">
        Show <Kbd>.</Kbd>
      </span>
    </button>
  );
