/**
 * Stand-in for PostgREST: "Perhaps you meant …", by the similarity of names.
 */

function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      current[j] = Math.min(change, previous[j] + 1, current[j - 1] + 1);
    }
    previous = current;
  }
  return previous[b.length];
}

/**
 * The candidate most similar to a name, or null when none is similar enough.
 *
 * @param least from 0 to 1: PostgREST asks 0.75 of names and 0.33 of parameter lists
 */
export function closest(
  name: string,
  candidates: string[],
  least: number,
): string | null {
  let best: string | null = null;
  let bestScore = least;
  for (const candidate of candidates) {
    const longest = Math.max(name.length, candidate.length, 1);
    const score = 1 -
      distance(name.toLowerCase(), candidate.toLowerCase()) / longest;
    if (score >= bestScore && (best === null || score > bestScore)) {
      best = candidate;
      bestScore = score;
    }
  }
  return best;
}
