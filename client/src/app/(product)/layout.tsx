import type { ReactNode } from 'react';
import { Bell } from '@/features/notifications/bell';
import { Palette } from '@/features/palette/palette';
import { PaletteButton } from '@/features/palette/palette-button';
import { Providers } from '@/features/session/providers';
import { Shell } from '@/features/shell/shell';

export default function ProductLayout({ children }: { children: ReactNode }) {
  return (
    <Providers>
      <Shell search={<PaletteButton />} bell={<Bell />}>
        <Palette />
        {children}
      </Shell>
    </Providers>
  );
}
