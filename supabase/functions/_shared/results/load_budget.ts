/**
 * What one call of the worker may load, over all loads: the platform gives it so much CPU time, which cannot be seen from
 * inside, so bytes stand for it.
 */
export class LoadBudget {
  #used = 0;
  #pauseAt = Infinity;

  /**
   * @param bytes the most to load; a first segment or file always fits
   * @param until when to begin nothing more, in milliseconds of `now`
   * @param now a clock that never jumps, in milliseconds
   */
  constructor(
    readonly bytes: number,
    private readonly until: number = Infinity,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Whether anything more may begin. */
  get isOpen(): boolean {
    return this.#used < this.bytes && this.now() < this.until &&
      !this.isPaused;
  }

  /** Whether what else a worker does is due before anything more may begin. */
  get isPaused(): boolean {
    return this.now() >= this.#pauseAt;
  }

  /** Begins a step, which pauses after so many milliseconds: loading holds up nothing else for longer. */
  beginStep(milliseconds: number): void {
    this.#pauseAt = this.now() + milliseconds;
  }

  /** Takes so many bytes, if there is room for them. */
  take(bytes: number): boolean {
    const fits = this.#used === 0 || this.#used + bytes <= this.bytes;
    if (!this.isOpen || !fits) return false;
    this.#used += bytes;
    return true;
  }

  /** Replaces an estimate that was taken by the bytes that it turned out to be. */
  settle(taken: number, was: number): void {
    this.#used += was - taken;
  }

  /** Takes nothing more, since what comes next does not fit. */
  close(): void {
    if (this.isPaused) return;
    this.#used = Math.max(this.#used, this.bytes);
  }
}
