'use client';
import { Page } from '@/components/page';
import { EmptyState } from '@/components/ui/states';

export const Home = () => (
  <Page title="Home">
    <EmptyState title="Nothing needs you" />
  </Page>
);
