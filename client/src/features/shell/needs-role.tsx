'use client';
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';
import { Page } from '@/components/page';
import { ButtonLink } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/states';
import { useViewer } from '@/lib/viewer';

/** What every user has. */
const OWN = ['/tokens', '/playground'];

/** Who has no role sees nothing of the catalog: said once, and not by each panel of each page. */
export function NeedsRole({ children }: { children: ReactNode }) {
  const { mayRead } = useViewer();
  const path = usePathname();
  if (mayRead || OWN.some((own) => path === own || path.startsWith(`${own}/`))) return children;
  return (
    <Page title="No role yet">
      <EmptyState title="You have no role yet" className="py-16" action={<ButtonLink href="/tokens">API tokens</ButtonLink>}>
        An administrator gives roles over everything, a source or a domain. What they let you see is here after the next reload.
      </EmptyState>
    </Page>
  );
}
