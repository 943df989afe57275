import type { ReactNode } from 'react';
import { LateBell } from '@/features/notifications/late-bell';
import { Palette } from '@/features/palette/palette';
import { PaletteButton } from '@/features/palette/palette-button';
import { Providers } from '@/features/session/providers';
import { NeedsRole } from '@/features/shell/needs-role';
import { Shell } from '@/features/shell/shell';

export default function ProductLayout({ children }: { children: ReactNode }) {
  return (
    <Providers>
      <Shell search={<PaletteButton />} bell={<LateBell />}>
        <Palette />
        <NeedsRole>{children}</NeedsRole>
      </Shell>
    </Providers>
  );
}
