import { expect, it } from 'vitest';
import { addEntry, MOST_KEPT, type Log } from './live-log-entries';

it('the newest are kept, last, and all are counted', () => {
  let log: Log = { title: 'Live', isRunning: true, count: 0, entries: [] };
  for (let index = 1; index <= MOST_KEPT + 3; index++) log = addEntry(log, { at: new Date(index), text: `${index}`, isError: false });
  expect(log.count).toBe(MOST_KEPT + 3);
  expect(log.entries).toHaveLength(MOST_KEPT);
  expect(log.entries[0]!.text).toBe('4');
  expect(log.entries.at(-1)).toMatchObject({ text: `${MOST_KEPT + 3}`, id: MOST_KEPT + 3 });
});
