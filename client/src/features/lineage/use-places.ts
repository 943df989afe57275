'use client';
import { useEffect, useState } from 'react';
import { arrange } from './arrange';
import type { Graph } from './graph';
import { placeNew, type Places } from './layout';

type Held = { key: string; places: Places };

/** `layoutKey`: with another one everything is laid out anew; else what stands stays, and only what is new gets a place. */
export function usePlaces(graph: Graph, heights: ReadonlyMap<string, number>, layoutKey: string): Held | null {
  const [held, setHeld] = useState<Held | null>(null);
  const isCurrent = held?.key === layoutKey;
  useEffect(() => {
    if (isCurrent) return;
    let isOver = false;
    void arrange(graph, heights).then((places) => {
      if (!isOver) setHeld({ key: layoutKey, places });
    });
    return () => {
      isOver = true;
    };
  }, [isCurrent, layoutKey, graph, heights]);
  if (held && isCurrent) {
    const places = placeNew(held.places, graph, heights);
    if (places !== held.places) setHeld({ key: layoutKey, places });
  }
  return held;
}
