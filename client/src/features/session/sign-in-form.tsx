'use client';
import { useRef, useState, type FormEvent } from 'react';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { ErrorPanel } from '@/components/ui/states';
import { signIn, type SessionProblem } from '@/lib/session/session';
import { useHydrated } from '@/lib/use-hydrated';
import { useNow } from '@/lib/use-now';

/** The same on its page and over a page whose session ended. */
export function SignInForm({ onDone }: { onDone?: () => void }) {
  const isHydrated = useHydrated();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [isShown, setShown] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<SessionProblem | null>(null);
  const [waitUntil, setWaitUntil] = useState(0);
  const now = useNow(waitUntil > 0 ? 250 : null);
  /** Seconds. */
  const wait = Math.max(0, Math.ceil((waitUntil - now) / 1000));
  const field = useRef<HTMLInputElement>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (wait > 0 || isBusy) return;
    setBusy(true);
    setProblem(null);
    try {
      await signIn(email, password);
      onDone?.();
    } catch (error) {
      const failed = error as SessionProblem;
      setProblem(failed);
      if (failed.retryAfterMs) setWaitUntil(Date.now() + failed.retryAfterMs);
      if (failed.code === 'UNAUTHENTICATED') field.current?.focus();
    } finally {
      setBusy(false);
    }
  }

  const isWrong = problem?.code === 'UNAUTHENTICATED';
  const isUnreachable = problem !== null && !isWrong && !problem.retryAfterMs;
  return (
    // By POST, and not before the script is there: the browser itself would put the password into the address.
    <form method="post" onSubmit={(event) => void submit(event)} className="flex flex-col gap-3">
      {isUnreachable && (
        <ErrorPanel
          error={{ title: 'Nobody could be signed in', text: problem.message, code: problem.code }}
          className="rounded-panel border border-line"
        />
      )}
      <Field label="Email">
        {(control) => (
          <Input
            {...control}
            type="email"
            name="email"
            autoComplete="username"
            required
            autoFocus
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        )}
      </Field>
      <Field label="Password" error={isWrong ? 'Email or password is wrong.' : undefined}>
        {(control) => (
          <div className="flex gap-2">
            <Input
              {...control}
              ref={field}
              type={isShown ? 'text' : 'password'}
              name="password"
              autoComplete="current-password"
              required
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
            <Button aria-pressed={isShown} onClick={() => setShown(!isShown)}>
              {isShown ? 'Hide' : 'Show'}
            </Button>
          </div>
        )}
      </Field>
      <Button type="submit" variant="primary" busy={isBusy} disabled={!isHydrated || wait > 0} className="mt-1 w-full">
        {wait > 0 ? `Too many attempts. Try again in ${wait} s` : isBusy ? 'Signing in' : 'Sign in'}
      </Button>
    </form>
  );
}
