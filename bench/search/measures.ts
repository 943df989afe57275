/** How good a list of answers is. Pure. */

/** Grades 0 to 3 of what was found, the best first as search has it. */
type Grades = readonly number[];

/** An answer of grade 3 is worth seven of grade 1, and the less the lower it stands. */
const gain = (grade: number, index: number): number => (2 ** grade - 1) / Math.log2(index + 2);
const cumulatedGain = (grades: Grades): number => grades.reduce((sum, grade, index) => sum + gain(grade, index), 0);

/**
 * Normalized discounted cumulated gain of the first `depth` (Järvelin and Kekäläinen 2002, with the gains of Burges et al. 2005): 1 where
 * nothing better could stand there. `all`: the grades of all that there is, in any order.
 */
export function ndcg(found: Grades, all: Grades, depth: number): number {
  const ideal = all.toSorted((a, b) => b - a).slice(0, depth);
  return cumulatedGain(found.slice(0, depth)) / cumulatedGain(ideal);
}

/** How much of what has any grade above 0 is among the first `depth`, of as much as there is room for. */
export function recall(found: Grades, all: Grades, depth: number): number {
  const relevant = (grades: Grades): number => grades.filter((grade) => grade > 0).length;
  return relevant(found.slice(0, depth)) / Math.min(relevant(all), depth);
}
