import { join } from "node:path";
import type { FunctionLog } from "../platform/functions/mod.ts";
import { checkout } from "../platform/postgres/checkout.ts";

const KEPT = 5;

/**
 * Opens a log of what the edge functions print, under `.local/logs` of the checkout; the logs of the last few runs are
 * kept for reading, older ones are removed.
 *
 * @returns the file's path, and a function that appends a line
 */
export function openFunctionLog(): {
  path: string;
  write: (entry: FunctionLog) => void;
} {
  const folder = join(checkout, ".local", "logs");
  Deno.mkdirSync(folder, { recursive: true });
  const earlier = [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => name.startsWith("functions-")).sort();
  for (const name of earlier.slice(0, Math.max(0, earlier.length - KEPT + 1))) {
    Deno.removeSync(join(folder, name));
  }
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, "-");
  const path = join(folder, `functions-${stamp}-${Deno.pid}.log`);
  const file = Deno.openSync(path, { create: true, append: true });
  const encoder = new TextEncoder();
  return {
    path,
    write: ({ function: name, line }) =>
      void file.writeSync(encoder.encode(`${name} ${line}\n`)),
  };
}
