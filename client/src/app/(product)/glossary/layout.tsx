import type { ReactNode } from 'react';
import { GlossaryFrame } from '@/features/glossary/glossary-frame';

export default function GlossaryLayout({ children }: { children: ReactNode }) {
  return <GlossaryFrame>{children}</GlossaryFrame>;
}
