/**
 * AMC simulator: its clock. It runs with the machine's, and a test can advance, set or freeze it, so that it need not
 * wait for executions that take hours. The skew shifts only what the simulator *shows* (the Date header, createTime
 * and the other times of an execution, and what lists compare), as when Amazon's clock and ours differ.
 */
export class Clock {
  #offsetMs = 0;
  #frozenAt: number | null = null;
  #skewMs = 0;

  /** Milliseconds since the epoch by which states, lags and limits are measured. */
  now(): number {
    return (this.#frozenAt ?? Date.now()) + this.#offsetMs;
  }

  /** Milliseconds since the epoch as the simulator shows them: `now()` and the skew. */
  shown(): number {
    return this.now() + this.#skewMs;
  }

  /** Seconds by which shown times run ahead (negative: behind). */
  get skewSeconds(): number {
    return this.#skewMs / 1000;
  }

  set skewSeconds(seconds: number) {
    this.#skewMs = seconds * 1000;
  }

  /** Moves the clock forward. @throws RangeError for a negative number: transitions cannot be undone. */
  advance(seconds: number): void {
    if (!(seconds >= 0)) {
      throw new RangeError(`expected seconds >= 0 to advance, got ${seconds}`);
    }
    this.#offsetMs += seconds * 1000;
  }

  /** Sets the clock to an instant, not before its present one. */
  setTo(instant: Date): void {
    this.advance((instant.getTime() - this.now()) / 1000);
  }

  /** Stops the clock where it is; it then moves only by `advance` and `setTo`. */
  freeze(): void {
    this.#frozenAt ??= Date.now();
  }

  /** Lets a frozen clock run again from where it stands. */
  thaw(): void {
    if (this.#frozenAt === null) return;
    this.#offsetMs += this.#frozenAt - Date.now();
    this.#frozenAt = null;
  }
}
