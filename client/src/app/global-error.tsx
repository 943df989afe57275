'use client';
import { useEffect } from 'react';
import { isMissingScript, reloadForScript } from '@/lib/missing-script';
import './globals.css';

export default function GlobalError({ error, reset }: { error: Error; reset: () => void }) {
  const isMissing = isMissingScript(error);
  useEffect(() => {
    if (isMissing) void reloadForScript();
  }, [isMissing]);
  return (
    <html lang="en">
      <body style={{ padding: 24 }}>
        <h1>This page broke</h1>
        <p>Nothing was lost on the server. Load it again; if it breaks again, the server&apos;s log says more.</p>
        <button type="button" onClick={isMissing ? () => location.reload() : reset}>
          Try again
        </button>
      </body>
    </html>
  );
}
