'use client';
import { useMemo } from 'react';
import { SEVERITIES, type Severity } from '@/components/ui/severity';
import { LINEAGE_BADGES } from './documents';
import { useAnswers } from './use-answers';

export type Badge = { count: number; severity: Severity };
/** As many as the API takes at once. */
const AT_ONCE = 200;
const NONE: readonly string[] = [];

/** The violations that are open now. Without an answer there are no badges; the graph stands without them. */
export function useBadges(ids: readonly string[] | null): ReadonlyMap<string, Badge> {
  const sorted = useMemo(() => [...(ids ?? NONE)].toSorted(), [ids]);
  const asked = useMemo(
    () =>
      Array.from({ length: Math.ceil(sorted.length / AT_ONCE) }, (_, index) => ({
        ids: sorted.slice(index * AT_ONCE, (index + 1) * AT_ONCE),
      })),
    [sorted],
  );
  const { answerOf } = useAnswers(LINEAGE_BADGES, asked);
  return useMemo(() => {
    const badges = new Map<string, Badge>();
    for (const asset of asked.flatMap((variables) => answerOf(variables)?.data?.assetsById ?? [])) {
      const count = asset?.violations?.totalCount ?? 0;
      if (!asset || count === 0) continue;
      const severity = SEVERITIES.find((each) => asset.violations?.nodes.some((violation) => violation.severity === each)) ?? 'WARNING';
      badges.set(asset.id, { count, severity });
    }
    return badges;
  }, [asked, answerOf]);
}
