'use client';
import dynamic from 'next/dynamic';
import { usePathname } from 'next/navigation';
import { useEffect, useState } from 'react';
import { useKeys } from '@/lib/keys';
import { useViewer } from '@/lib/viewer';
import { setPaletteOpen, usePaletteOpen } from './palette-state';
import { recordVisit } from './recent';

const PaletteDialog = dynamic(() => import('./palette-dialog').then((module) => module.PaletteDialog), { ssr: false });

/** ⌘K anywhere, and `/` where no page has a search box of its own. Nothing is loaded until it is opened. */
export function Palette() {
  const isOpen = usePaletteOpen();
  const path = usePathname();
  const { viewer } = useViewer();
  const [wasOpened, setWasOpened] = useState(false);
  if (isOpen && !wasOpened) setWasOpened(true);
  useEffect(() => {
    const assetId = /^\/assets\/([^/]+)/.exec(path)?.[1];
    if (assetId) recordVisit(viewer.id, assetId);
  }, [path, viewer.id]);
  useKeys({ '/': () => setPaletteOpen(true), 'mod+k': () => setPaletteOpen(!isOpen) });
  return wasOpened ? <PaletteDialog open={isOpen} onClose={() => setPaletteOpen(false)} /> : null;
}
