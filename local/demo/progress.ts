/** A collection's progress, as the view collection_progress gives it. */
export interface Progress {
  weeks: number;
  running: number;
  completed: number;
  failed: number;
  tracked: number;
  status: string;
}

const WIDTH = 30;

/**
 * One line that shows how far a collection is: a bar, weeks done, running and failed, the rate and the time left.
 *
 * @param progress the collection's progress
 * @param seconds since the collection began
 */
export function progressLine(progress: Progress, seconds: number): string {
  const { weeks, running, completed, failed } = progress;
  const ended = completed + failed;
  const filled = Math.round(WIDTH * ended / Math.max(weeks, 1));
  const bar = "█".repeat(filled) + "░".repeat(WIDTH - filled);
  const rate = ended === 0 ? 0 : ended / seconds;
  const left = rate === 0 ? "?" : `${Math.ceil((weeks - ended) / rate)} s`;
  return `${bar} ${completed}/${weeks} done, ${running} running, ${failed} failed` +
    ` · ${(rate * 60).toFixed(0)} weeks/min · ${left} left`;
}

/** Shows the progress on stderr: in place on a terminal, elsewhere a line whenever something changed. */
export class ProgressDisplay {
  #last = "";

  constructor(
    private readonly write: (text: string) => void,
    private readonly terminal: boolean,
  ) {}

  /** Shows where the collection is now. */
  show(progress: Progress, seconds: number): void {
    const line = progressLine(progress, seconds);
    if (this.terminal) {
      this.write(`\r\x1b[2K${line}`);
      return;
    }
    const state = `${progress.completed} ${progress.failed}`;
    if (state !== this.#last) this.write(`${line}\n`);
    this.#last = state;
  }

  /** Ends the line that is shown in place. */
  end(): void {
    if (this.terminal) this.write("\n");
  }
}
