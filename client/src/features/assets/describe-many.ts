import { wordsOf, type Described, type Outcome, type Send } from './use-describe';
import { tellNotUndone, type Did } from './use-undo';

/** One text for several columns, taken back at once. */
export async function describeMany(send: Send, did: Did, columns: readonly Described[], text: string): Promise<Outcome[]> {
  const outcomes = await send(columns, text);
  const saved = columns.flatMap((column) => {
    const outcome = outcomes.find(({ id }) => id === column.id);
    return outcome && !outcome.error
      ? [{ ...column, version: outcome.version ?? column.version + 1, before: wordsOf(column.description) }]
      : [];
  });
  if (saved.length > 0) {
    did(`${saved.length === 1 ? 'One description' : `${saved.length} descriptions`} saved`, () => {
      const groups = [...Map.groupBy(saved, (column) => column.before)];
      void Promise.all(groups.map(([before, columns_]) => send(columns_, before))).then((undone) => tellNotUndone(undone.flat()));
    });
  }
  return outcomes;
}
