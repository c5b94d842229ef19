import type { Screen } from "./progress.ts";

const encoder = new TextEncoder();

/** Where a start tells a person what it does: stdout or stderr, a terminal or not. */
export class Output implements Screen {
  /** Whether the line that was written last has not ended. */
  #isOpen = false;

  constructor(private readonly file: typeof Deno.stdout | typeof Deno.stderr) {}

  /** Writes a text. What cannot be written (a closed pipe, a full disk) is left out: nothing depends on it. */
  write(text: string): void {
    const bytes = encoder.encode(text);
    this.#isOpen = !text.endsWith("\n");
    try {
      for (let at = 0; at < bytes.length;) {
        at += this.file.writeSync(bytes.subarray(at));
      }
    } catch {
      // Nobody reads it.
    }
  }

  /** Writes a line of its own, also while progress is shown in place. */
  readonly line = (text: string): void =>
    this.write(`${this.#isOpen ? "\n" : ""}${text}\n`);

  /** The terminal's columns now; null when it is none. */
  columns(): number | null {
    if (!this.file.isTerminal()) return null;
    try {
      return Math.max(1, Deno.consoleSize().columns);
    } catch {
      return 80;
    }
  }
}
