'use client';
import dynamic from 'next/dynamic';
import { Skeleton } from '@/components/ui/skeleton';

/** Where the graph comes. */
const Waiting = () => (
  <div aria-busy="true" className="pt-11">
    <Skeleton className="h-[360px]" />
  </div>
);

/** Its script comes with the tab. */
export const LateAssetLineage = dynamic(() => import('./asset-lineage').then((module) => module.AssetLineage), {
  ssr: false,
  loading: Waiting,
});
