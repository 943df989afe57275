'use client';
import { useEffect } from 'react';
import { Mark } from '@/components/mark';
import { startPreferences } from '@/lib/preferences';
import { SignInForm } from './sign-in-form';

/** Only addresses of this product: nobody is sent elsewhere after signing in. */
function destination(): string {
  const to = new URLSearchParams(location.search).get('to');
  if (!to) return '/';
  const url = new URL(to, location.origin);
  return url.origin === location.origin && to.startsWith('/') ? url.pathname + url.search : '/';
}

/** `isFirstRun`: the first administrator was made at this start. */
export function SignInPage({ isFirstRun }: { isFirstRun: boolean }) {
  useEffect(() => {
    startPreferences();
    document.title = 'Sign in · PurSight';
  }, []);
  return (
    <main className="min-h-dvh bg-canvas px-4 pt-[16vh]">
      <div className="mx-auto flex max-w-[320px] flex-col gap-5">
        <h1 className="flex items-center gap-2.5 text-page">
          <Mark className="size-6" /> PurSight
        </h1>
        <SignInForm onDone={() => location.replace(destination())} />
        {isFirstRun && (
          <p className="text-small text-fg-3">
            First run: the administrator&apos;s email and password were printed once in the terminal in which <code>npm start</code> ran.
          </p>
        )}
      </div>
    </main>
  );
}
