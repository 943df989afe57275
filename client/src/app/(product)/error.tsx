'use client';
import { useEffect } from 'react';
import { ErrorPanel } from '@/components/ui/states';
import { isMissingScript, MISSING_SCRIPT, reloadForScript } from '@/lib/missing-script';

export default function PageError({ error, reset }: { error: Error; reset: () => void }) {
  const isMissing = isMissingScript(error);
  useEffect(() => {
    if (isMissing) void reloadForScript();
  }, [isMissing]);
  const broken = { title: 'This page cannot be shown', text: 'Something in it broke. The rest of the product works.', code: error.name };
  return (
    <main className="flex-1 p-5">
      <ErrorPanel error={isMissing ? MISSING_SCRIPT : broken} onRetry={isMissing ? () => location.reload() : reset} />
    </main>
  );
}
