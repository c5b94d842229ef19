/** AMC simulator: deterministic random numbers, so that a seed repeats results and faults. */

/** Draws numbers in [0, 1). */
export type Random = () => number;

/**
 * A generator (sfc32) seeded from text; the same text gives the same numbers.
 *
 * @example seededRandom("7:createExecution")() // always the same first number
 */
export function seededRandom(seed: string): Random {
  let [a, b, c, d] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 1];
  for (const unit of seed) {
    const code = unit.codePointAt(0)!;
    a = Math.imul(a ^ code, 0x85ebca6b);
    b = Math.imul(b ^ a, 0xc2b2ae35);
    c = Math.imul(c ^ b, 0x27d4eb2f);
  }
  const next = () => {
    const t = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 4294967296;
  };
  for (let round = 0; round < 12; round++) next();
  return next;
}

/** A whole number from least to most, both included. */
export function integerBetween(
  random: Random,
  least: number,
  most: number,
): number {
  return least + Math.floor(random() * (most - least + 1));
}

/** A number from a range, or the number itself. */
export function within(
  random: Random,
  range: number | readonly [number, number],
): number {
  if (typeof range === "number") return range;
  return range[0] + random() * (range[1] - range[0]);
}

/** An element of a list that is not empty. */
export function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)];
}

/** Random characters from an alphabet, for request ids and made-up secrets (not deterministic). */
export function randomText(length: number, alphabet: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => alphabet[byte % alphabet.length]).join("");
}
