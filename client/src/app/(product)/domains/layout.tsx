import type { ReactNode } from 'react';
import { DomainsFrame } from '@/features/domains/domains-frame';

export default function DomainsLayout({ children }: { children: ReactNode }) {
  return <DomainsFrame>{children}</DomainsFrame>;
}
