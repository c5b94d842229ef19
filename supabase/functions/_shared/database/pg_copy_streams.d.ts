/** What is used of npm:pg-copy-streams, which brings no types of its own. */
import type { Writable } from "node:stream";

/** A COPY … FROM STDIN that takes the bytes that are written to it. */
export function from(statement: string): Writable & { submit: unknown };
