/** An edge from the right side of one node to the left side of another, with its head. */
const HEAD = 6;

export function drawEdge(sourceX: number, sourceY: number, targetX: number, targetY: number): { path: string; head: string } {
  const end = targetX - HEAD + 1;
  // Against the direction of the layout, in a circle, it swings out further.
  const swing = end > sourceX ? Math.max(24, (end - sourceX) / 2) : 48 + (sourceX - end) / 4;
  return {
    path: `M${sourceX} ${sourceY}C${sourceX + swing} ${sourceY} ${end - swing} ${targetY} ${end} ${targetY}`,
    head: `M${targetX} ${targetY}l${-HEAD} -3.5v7z`,
  };
}
