'use client';
import { useEffect } from 'react';
import { Mark } from '@/components/mark';
import { startPreferences } from '@/lib/preferences';
import { destinationOf } from './destination';
import { SignInForm } from './sign-in-form';

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
        <SignInForm onDone={() => location.replace(destinationOf(location))} />
        {isFirstRun && (
          <p className="text-small text-fg-3">
            First run: the administrator&apos;s email and password were printed once in the terminal in which <code>npm start</code> ran.
          </p>
        )}
      </div>
    </main>
  );
}
