import { join } from "node:path";
import type { FunctionLog } from "../platform/functions/mod.ts";

/** Logs that are kept, the new one included. */
const MAX_LOGS = 5;

/** A log of what the edge functions print. */
export interface OpenFunctionLog {
  /** The file; null when there is none. */
  path: string | null;
  /** Appends a line; does nothing once the log cannot be written. */
  write(entry: FunctionLog): void;
}

/**
 * Opens a log of what the edge functions print, as a new file in a folder; the logs of the last few runs stay for
 * reading, older ones are removed. Nothing depends on the log: where it cannot be written, one sentence says so.
 *
 * @param folder made if there is none
 * @param warn receives that sentence
 * @param open opens the file; for tests
 */
export function openFunctionLog(
  folder: string,
  warn: (sentence: string) => void,
  open = (path: string) => Deno.openSync(path, { create: true, append: true }),
): OpenFunctionLog {
  let file: Deno.FsFile | null = null;
  let path: string | null = null;
  const fail = (error: unknown) => {
    file = null;
    warn(
      `The functions' log cannot be written (${
        (error as Error).message
      }); everything else goes on without it.`,
    );
  };
  try {
    Deno.mkdirSync(folder, { recursive: true });
    removeOld(folder);
    const stamp = new Date().toISOString().replaceAll(/[:.]/g, "-");
    path = join(folder, `functions-${stamp}-${Deno.pid}.log`);
    file = open(path);
  } catch (error) {
    path = null;
    fail(error);
  }
  const encoder = new TextEncoder();
  return {
    path,
    write({ function: name, line }) {
      try {
        file?.writeSync(encoder.encode(`${name} ${line}\n`));
      } catch (error) {
        fail(error);
      }
    },
  };
}

function removeOld(folder: string): void {
  const earlier = [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => name.startsWith("functions-")).sort();
  const surplus = Math.max(0, earlier.length - MAX_LOGS + 1);
  for (const name of earlier.slice(0, surplus)) {
    Deno.removeSync(join(folder, name));
  }
}
