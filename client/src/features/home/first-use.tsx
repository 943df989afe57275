'use client';
import { ButtonLink } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/states';
import { useViewer } from '@/lib/viewer';

const STEPS = [
  ['Register a source', 'Say how to connect to it. Reading rights are enough; the test says which are missing.'],
  ['Scan it', 'Its tables, views and columns are catalogued, and labels suggested for what they hold.'],
  ['Publish a policy', 'Every asset is checked at once and after each change; what violates it comes here.'],
] as const;

export function FirstUse() {
  const { isAdmin } = useViewer();
  return (
    <EmptyState
      className="py-16"
      title="No sources yet"
      action={
        <div className="flex flex-col items-center gap-6">
          {isAdmin && (
            <ButtonLink variant="primary" href="/sources/new">
              Register a source
            </ButtonLink>
          )}
          <ol className="flex max-w-[56ch] flex-col gap-3 text-left">
            {STEPS.map(([title, text], index) => (
              <li key={title} className="flex gap-3">
                <span
                  aria-hidden
                  className="flex size-5 shrink-0 items-center justify-center rounded-full bg-hover text-small font-semibold text-fg-2"
                >
                  {index + 1}
                </span>
                <span>
                  <span className="font-medium">{title}</span>
                  <span className="block text-fg-2">{text}</span>
                </span>
              </li>
            ))}
          </ol>
        </div>
      }
    >
      {isAdmin ? 'Register one to start cataloguing.' : 'An administrator registers them; what you may see of them comes here.'}
    </EmptyState>
  );
}
