/** A collection's progress, as the view collection_progress gives it. */
export interface Progress {
  weeks: number;
  running: number;
  completed: number;
  failed: number;
  tracked: number;
  status: string;
}

/** Columns of the bar at most, and what is left of it when it is not shown at all. */
const MAX_BAR = 30;
const MIN_BAR = 5;

/** Seconds between two lines where there is no terminal, at least. */
const LINE_EVERY_SECONDS = 5;

/**
 * One line that shows how far a collection is: a bar, weeks done, running and failed, the rate and the time left.
 *
 * @param progress the collection's progress
 * @param seconds since the collection began
 * @param columns how long the line may be: the bar becomes shorter first, then the text is cut
 * @param before weeks that had ended before
 */
export function progressLine(
  progress: Progress,
  seconds: number,
  columns = Infinity,
  before = 0,
): string {
  const { weeks, running, completed, failed } = progress;
  const ended = completed + failed;
  const rate = ended === before ? 0 : (ended - before) / seconds;
  const left = ended === weeks
    ? "0 s"
    : rate === 0
    ? "?"
    : `${Math.ceil((weeks - ended) / rate)} s`;
  const text =
    `${completed}/${weeks} done, ${running} running, ${failed} failed` +
    ` · ${(rate * 60).toFixed(0)} weeks/min · ${left} left`;
  const width = Math.min(MAX_BAR, columns - text.length - 1);
  if (width < MIN_BAR) return text.slice(0, columns);
  const filled = Math.round(width * ended / Math.max(weeks, 1));
  return `${"█".repeat(filled)}${"░".repeat(width - filled)} ${text}`;
}

/** Where progress is shown. */
export interface Screen {
  write(text: string): void;
  /** The terminal's columns now; null when it is none. */
  columns(): number | null;
}

/** Shows the progress: in place on a terminal, elsewhere as plain lines now and then. */
export class ProgressDisplay {
  #shown = 0;
  #before: number | null = null;
  #printed = { state: "", seconds: -Infinity };

  constructor(private readonly screen: Screen) {}

  /** Shows where the collection is now. */
  show(progress: Progress, seconds: number): void {
    this.#before ??= progress.completed + progress.failed;
    const columns = this.screen.columns();
    if (columns === null) return this.#print(progress, seconds);
    // A terminal that has become narrower has wrapped the line that was shown.
    const wrapped = Math.ceil(this.#shown / columns) - 1;
    const up = wrapped > 0 ? `\x1b[${wrapped}A` : "";
    // Some terminals go on to the next line once the last column is filled.
    const line = this.#line(progress, seconds, columns - 1);
    this.screen.write(`${up}\r\x1b[J${line}`);
    this.#shown = line.length;
  }

  #line(progress: Progress, seconds: number, columns?: number): string {
    return progressLine(progress, seconds, columns, this.#before ?? 0);
  }

  #print(progress: Progress, seconds: number): void {
    const { weeks, completed, failed } = progress;
    const state = `${completed} ${failed}`;
    const isDue = completed + failed === weeks ||
      seconds - this.#printed.seconds >= LINE_EVERY_SECONDS;
    if (state === this.#printed.state || !isDue) return;
    this.screen.write(`${this.#line(progress, seconds)}\n`);
    this.#printed = { state, seconds };
  }

  /** Ends the line that is shown in place. */
  end(): void {
    if (this.#shown > 0) this.screen.write("\n");
    this.#shown = 0;
  }
}
