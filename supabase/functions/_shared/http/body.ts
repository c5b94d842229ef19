import {
  type Fields,
  type ObjectOf,
  readFields,
  type WrongField,
} from "../json_fields.ts";
import { RequestError } from "./request_error.ts";

const MAX_BODY_BYTES = 100_000;
/** Deeper than anything that is asked for. What is nested thousands deep cannot be written as JSON again. */
const MAX_DEPTH = 20;

/**
 * Reads the JSON body of a request, and no more of it than a body may have.
 *
 * @returns what was sent, of any form, nested at most {@link MAX_DEPTH} deep, with texts that Postgres can store
 * @throws RequestError 400 invalid_json, 400 invalid_request, 413 request_too_large
 */
export async function readJson(request: Request): Promise<unknown> {
  const text = await readLimited(request);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw notJson();
  }
  const problem = problemIn(body);
  if (problem !== null) throw invalidRequest([problem]);
  return body;
}

async function readLimited(request: Request): Promise<string> {
  const length = request.headers.get("Content-Length");
  if (length !== null && !(Number(length) <= MAX_BODY_BYTES)) {
    throw tooLarge();
  }
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let bytes = 0;
  try {
    // Leaving the loop cancels the stream.
    for await (const chunk of request.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > MAX_BODY_BYTES) throw tooLarge();
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  } catch (error) {
    throw error instanceof TypeError ? notJson() : error;
  }
}

function tooLarge(): RequestError {
  return new RequestError(
    413,
    "request_too_large",
    `Expected a body of at most ${MAX_BODY_BYTES} bytes, got a longer one.`,
    "Leave out what the function does not need.",
  );
}

function notJson(): RequestError {
  return new RequestError(
    400,
    "invalid_json",
    "Expected a JSON object, got a body that is not JSON.",
  );
}

/** What keeps JSON from being stored; null if nothing does. Without recursion, however deep it is nested. */
function problemIn(body: unknown): string | null {
  let level: unknown[] = [body];
  for (let depth = 0; level.length > 0; depth++) {
    const inside: unknown[] = [];
    for (const value of level) {
      if (typeof value === "string" && !isStorable(value)) {
        return "expected texts of Unicode characters, got one with a zero character or half a surrogate pair";
      }
      if (typeof value !== "object" || value === null) continue;
      if (depth === MAX_DEPTH) {
        return `expected values nested at most ${MAX_DEPTH} deep, got deeper ones`;
      }
      for (const [name, child] of Object.entries(value)) {
        inside.push(name, child);
      }
    }
    level = inside;
  }
  return null;
}

function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

/** The refusal of a body some fields of which are not as expected. */
export class InvalidBody extends RequestError {
  constructor(
    problems: string[],
    wrong: WrongField[],
    /** The fields that are as expected. */
    readonly right: Record<string, unknown>,
  ) {
    const { status, code, message } = invalidRequest(problems);
    super(
      status,
      code,
      message,
      null,
      wrong.slice(0, MAX_PROBLEMS).map(({ field, words }) => ({
        field: shortened(field),
        code,
        message: shortened(`${words[0].toUpperCase()}${words.slice(1)}.`),
      })),
    );
  }
}

/**
 * Checks that what was sent is an object with these fields and no others.
 *
 * @throws InvalidBody 400 invalid_request that names each field that is not as expected
 */
export function requireFields<F extends Fields>(
  body: unknown,
  fields: F,
): ObjectOf<F> {
  const read = readFields(body, fields);
  if ("object" in read) return read.object;
  throw new InvalidBody(read.problems, read.wrong, read.right);
}

/** So many problems are told, of so many characters each: names of fields are as long as the sender likes. */
const MAX_PROBLEMS = 10;
const MAX_PROBLEM_CHARACTERS = 250;

/** The error for a body that is JSON, but not what the function takes. */
export function invalidRequest(problems: string[]): RequestError {
  const told = problems.slice(0, MAX_PROBLEMS).map(shortened);
  const more = problems.length - told.length;
  if (more > 0) told.push(`and ${more} more`);
  return new RequestError(
    400,
    "invalid_request",
    `The request body is invalid: ${told.join("; ")}.`,
  );
}

function shortened(text: string): string {
  return text.length > MAX_PROBLEM_CHARACTERS
    ? `${text.slice(0, MAX_PROBLEM_CHARACTERS)}…`
    : text;
}
