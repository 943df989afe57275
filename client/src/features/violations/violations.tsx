'use client';
import { Page } from '@/components/page';
import { Inbox } from './inbox';

export const Violations = () => (
  <Page title="Violations" fills>
    <Inbox />
  </Page>
);
