/**
 * What one call of the worker may load, over all loads: the platform gives it so much CPU time, which cannot be seen from
 * inside, so bytes stand for it.
 */
export class LoadBudget {
  #used = 0;

  /**
   * @param bytes at most so many; but a first segment or file is always let in
   * @param until when nothing more is begun, on the clock of `now`
   * @param now milliseconds that never jump
   */
  constructor(
    readonly bytes: number,
    private readonly until: number = Infinity,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Whether anything more may begin. */
  get isOpen(): boolean {
    return this.#used < this.bytes && this.now() < this.until;
  }

  /** Takes so many bytes, if there is room for them. */
  take(bytes: number): boolean {
    const fits = this.#used === 0 || this.#used + bytes <= this.bytes;
    if (!this.isOpen || !fits) return false;
    this.#used += bytes;
    return true;
  }

  /** Corrects what was taken to what it was. */
  settle(taken: number, was: number): void {
    this.#used += was - taken;
  }

  /** Lets nothing more in: what comes next is too large for what is left. */
  close(): void {
    this.#used = Math.max(this.#used, this.bytes);
  }
}
