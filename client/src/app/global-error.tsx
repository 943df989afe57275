'use client';
import './globals.css';

export default function GlobalError({ reset }: { reset: () => void }) {
  return (
    <html lang="en">
      <body style={{ padding: 24 }}>
        <h1>This page broke</h1>
        <p>Nothing was lost on the server. Load it again; if it breaks again, the server&apos;s log says more.</p>
        <button type="button" onClick={reset}>
          Try again
        </button>
      </body>
    </html>
  );
}
