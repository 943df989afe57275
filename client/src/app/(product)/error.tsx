'use client';
import { ErrorPanel } from '@/components/ui/states';

export default function PageError({ error, reset }: { error: Error; reset: () => void }) {
  return (
    <main className="flex-1 p-5">
      <ErrorPanel
        error={{ title: 'This page cannot be shown', text: 'Something in it broke. The rest of the product works.', code: error.name }}
        onRetry={reset}
      />
    </main>
  );
}
