/** The input of decisions on violations, checked. */
import { InvalidInput } from '#platform/errors.ts';
import { checkText } from '#platform/graphql/inputs.ts';

const MAX_ITEMS = 200;
const MAX_REASON = 2_000;
const MOST_YEARS = 10;

export type Waiver = { because: string; until: Date };

/** Until when and why. Beyond ten years is no term any more. */
export function checkWaiver({ because, until }: Waiver, now: Date): Waiver {
  const reason = checkText(because.trim(), 'input.because', { min: 1, max: MAX_REASON });
  if (until <= now) throw new InvalidInput('A waiver ends in the future: give a later moment.', 'input.until');
  const latest = new Date(now);
  latest.setUTCFullYear(latest.getUTCFullYear() + MOST_YEARS);
  if (until > latest) {
    throw new InvalidInput(`A waiver lasts at most ${MOST_YEARS} years: give a moment before ${latest.toISOString()}.`, 'input.until', {
      max: latest.toISOString(),
    });
  }
  return { because: reason, until };
}

export function checkItems(ids: readonly string[]): readonly string[] {
  if (ids.length > MAX_ITEMS) throw new InvalidInput(`At most ${MAX_ITEMS} items are possible at a time.`, 'input.ids', { max: MAX_ITEMS });
  return ids;
}
