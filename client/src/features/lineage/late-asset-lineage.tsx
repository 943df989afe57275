'use client';
import dynamic from 'next/dynamic';
import { Skeleton } from '@/components/ui/skeleton';

/** Where the graph comes; on a telephone the table is first. */
const Waiting = () => (
  <div aria-busy="true" className="pt-[45px]">
    <Skeleton className="h-[360px] max-sm:hidden" />
  </div>
);

/** Its script comes with the tab. */
export const LateAssetLineage = dynamic(() => import('./asset-lineage').then((module) => module.AssetLineage), {
  ssr: false,
  loading: Waiting,
});
