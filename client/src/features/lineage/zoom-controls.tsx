'use client';
import { Maximize, Minus, Plus } from 'lucide-react';
import { useReactFlow, useStore } from '@xyflow/react';
import { formatShare } from '@/lib/format';
import { useKeys } from '@/lib/keys';

export function ZoomControls({ onFit }: { onFit: () => void }) {
  const { zoomIn, zoomOut, zoomTo } = useReactFlow();
  const percent = useStore(({ transform }) => Math.round(transform[2] * 100));
  useKeys({ '+': () => void zoomIn(), '=': () => void zoomIn(), '-': () => void zoomOut(), '−': () => void zoomOut(), '0': onFit });
  const button = 'flex h-7 w-8 items-center justify-center text-fg-2 hover:bg-hover hover:text-fg coarse:h-10 coarse:w-11';
  return (
    <div className="absolute bottom-3 left-3 z-10 flex items-center overflow-hidden rounded-control border border-line-strong bg-surface">
      <button type="button" aria-label="Zoom out" title="Zoom out (−)" className={button} onClick={() => void zoomOut()}>
        <Minus className="size-3.5" strokeWidth={1.6} />
      </button>
      <button
        type="button"
        aria-label={`Zoom is ${percent} percent, set to 100`}
        title="Zoom to 100%"
        className="h-7 w-14 border-x border-line-strong text-center hover:bg-hover coarse:h-10"
        onClick={() => void zoomTo(1)}
      >
        {formatShare(percent / 100)}
      </button>
      <button type="button" aria-label="Zoom in" title="Zoom in (+)" className={button} onClick={() => void zoomIn()}>
        <Plus className="size-3.5" strokeWidth={1.6} />
      </button>
      <button
        type="button"
        aria-label="Show the whole graph"
        title="Show the whole graph (0)"
        className={`${button} border-l border-line-strong`}
        onClick={onFit}
      >
        <Maximize className="size-3.5" strokeWidth={1.6} />
      </button>
    </div>
  );
}
