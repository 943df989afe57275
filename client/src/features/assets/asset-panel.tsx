'use client';
import { ChevronDown } from 'lucide-react';
import dynamic from 'next/dynamic';
import { SidePanel } from '@/components/ui/side-panel';
import { useMedia } from '@/lib/use-media';
import type { AssetFactsProps } from './asset-facts';

// Its place is kept; the columns come first.
const AssetFacts = dynamic(() => import('./asset-facts').then((file) => file.AssetFacts));

/** What is known of the asset itself, beside its columns; below 1024 px it is the first block, folded. */
export function AssetPanel(props: AssetFactsProps) {
  const isFolded = useMedia('(max-width: 1023px)');
  if (isFolded) {
    return (
      <details className="group order-first shrink-0 border-b border-line">
        <summary className="flex min-h-11 cursor-pointer items-center gap-2 px-3 font-medium">
          About this asset <ChevronDown aria-hidden className="ml-auto size-3.5 text-fg-3 group-open:rotate-180" strokeWidth={1.6} />
        </summary>
        <AssetFacts {...props} />
      </details>
    );
  }
  return (
    <SidePanel label="About this asset">
      <AssetFacts {...props} />
    </SidePanel>
  );
}
