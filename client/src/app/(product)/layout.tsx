import { headers } from 'next/headers';
import type { ReactNode } from 'react';
import { LateBell } from '@/features/notifications/late-bell';
import { Palette } from '@/features/palette/palette';
import { PaletteButton } from '@/features/palette/palette-button';
import { Providers } from '@/features/session/providers';
import { NeedsRole } from '@/features/shell/needs-role';
import { Shell } from '@/features/shell/shell';
import { FIRST_SCRIPT } from '@/lib/session/first-script';

export default async function ProductLayout({ children }: { children: ReactNode }) {
  const nonce = (await headers()).get('x-nonce') ?? undefined;
  return (
    <>
      {/* oxlint-disable-next-line no-danger -- a constant of ours */}
      <script nonce={nonce} suppressHydrationWarning dangerouslySetInnerHTML={{ __html: FIRST_SCRIPT }} />
      <Providers>
        <Shell search={<PaletteButton />} bell={<LateBell />}>
          <Palette />
          <NeedsRole>{children}</NeedsRole>
        </Shell>
      </Providers>
    </>
  );
}
