'use client';
import type { ReactNode } from 'react';
import { Page } from '@/components/page';
import { NotFound } from '@/components/ui/states';
import { useViewer } from '@/lib/viewer';

/** Without the role these pages are not there. */
export function AdminOnly({ children }: { children: ReactNode }) {
  const { isAdmin } = useViewer();
  if (isAdmin) return children;
  return (
    <Page title="Not found" heading={null}>
      <NotFound thing="page" />
    </Page>
  );
}
