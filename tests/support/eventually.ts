/**
 * Waits until something is there, looking again and again.
 *
 * @param what named in the error
 * @param look gives the thing, or undefined, null or false while it is not there
 * @param seconds how long to wait at most: long, since a loaded machine is slow, and what comes is seen at once
 * @throws when it is not there in time
 */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined | null | false>,
  seconds = 120,
): Promise<T> {
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`Waited ${seconds} s for ${what}; it did not come.`);
}
