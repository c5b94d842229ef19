/** The middle of some numbers. */
export function median(numbers: number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle]
    : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The value at or below which a part (0 to 1) of the numbers lie. */
export function quantile(numbers: number[], part: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
}

/** What each contestant measured, one number for each round. */
export type Rounds<Name extends string> = Record<Name, number[]>;

/**
 * Measures contestants in turns: each once in every round, starting with another one each time, so that other work of
 * the machine slows all of them.
 *
 * @param contestants each measures once and returns a number
 */
export async function interleaved<Name extends string>(
  rounds: number,
  contestants: Record<Name, (round: number) => Promise<number>>,
): Promise<Rounds<Name>> {
  const names = Object.keys(contestants) as Name[];
  const results = Object.fromEntries(
    names.map((name) => [name, [] as number[]]),
  ) as Rounds<Name>;
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + turn) % names.length];
      results[name].push(await contestants[name](round));
    }
  }
  return results;
}

/** The median of the ratios of each round: both sides ran at about the same time. */
export function ratio(above: number[], below: number[]): number {
  return median(above.map((value, round) => value / below[round]));
}

/** Seconds that some work took. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
