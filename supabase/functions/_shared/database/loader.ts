import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type postgres from "postgres";
import { CsvError, type Dialect, openCsv } from "./csv_header.ts";
import type { Direct } from "./direct.ts";
import { refuseEndOfData } from "./end_of_data.ts";
import { sqlStateOf } from "./errors.ts";

/** A file of a result, opened when it is its turn. */
export interface ResultFile {
  body: AsyncIterable<Uint8Array>;
  /** Bytes that the body should have, or null if that was not said. */
  length: number | null;
}

/** What is to be loaded. */
export interface Load {
  attemptId: string;
  /** The attempt's fence, from claim_loads. */
  fence: number;
  dialect: Dialect;
  /** How many files there are. */
  files: number;
  /** Opens a file, by its place from 0. */
  open(index: number): Promise<ResultFile>;
  /** Called at named points, where a test may stop the process. */
  reach(point: string): Promise<void>;
}

/** A file that came shorter or longer than its length said: it may come whole the next time. */
export class CutOffError extends Error {
  override name = "CutOffError";
}

/** Whether another worker has taken the load up: then this one stops, and reports nothing. */
export function isStaleLoad(error: unknown): boolean {
  return sqlStateOf(error) === "AH001";
}

/**
 * Fills a result from its files: the bytes go to COPY as they come, in one transaction, whose end makes the load
 * complete. Nothing of a load that fails remains.
 *
 * @returns the summary that becomes the week's data
 * @throws CsvError or a Postgres error of class 22 for a file that is not right; SQLSTATE AH001 if another worker has
 *   taken the load up, AH002 if the header is not the workflow's; CutOffError; whatever opening a file throws
 */
export async function loadResult(
  direct: Direct,
  load: Load,
): Promise<postgres.JSONValue> {
  const { attemptId, fence } = load;
  const first = await openFile(load, 0);
  const [begun] = await direct`
    select load_id, copy_statement from private.begin_load(${attemptId}, ${fence}, ${first.header})`;
  await load.reach("before_copy");
  return await direct.begin(async (transaction) => {
    await transaction`select private.open_load(${begun.load_id})`;
    const hash = createHash("sha256");
    let bytes = 0;
    for (let index = 0; index < load.files; index++) {
      const file = index === 0
        ? first
        : await openFile(load, index, first.header);
      bytes += await copyFile(transaction, begun.copy_statement, file, hash);
    }
    await load.reach("after_copy");
    const [{ summary }] = await transaction`
      select private.finish_load(${begun.load_id}, ${attemptId}, ${fence}, ${bytes},
        ${hash.digest("hex")}, ${load.files}) as summary`;
    return summary;
  });
}

interface OpenedFile {
  index: number;
  header: string[];
  body: AsyncIterable<Uint8Array>;
  length: number | null;
}

async function openFile(
  load: Load,
  index: number,
  expected?: string[],
): Promise<OpenedFile> {
  const file = await load.open(index);
  const { header, body } = await openCsv(file.body, load.dialect);
  if (expected && header.join("\n") !== expected.join("\n")) {
    throw new CsvError(
      `File ${index + 1}: expected the header of the first file, ${
        expected.join(", ")
      }; got ${header.join(", ")}.`,
    );
  }
  return { index, header, body, length: file.length };
}

/** Copies one file. @returns its bytes */
async function copyFile(
  transaction: postgres.TransactionSql,
  copyStatement: string,
  file: OpenedFile,
  hash: ReturnType<typeof createHash>,
): Promise<number> {
  let bytes = 0;
  let ofFile: { error: unknown } | null = null;
  async function* counted() {
    try {
      for await (const chunk of refuseEndOfData(file.body, file.index)) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
      // Inside the pipeline: a file that is cut off ends the COPY as a failure.
      if (file.length !== null && bytes !== file.length) {
        throw new CutOffError(
          `File ${
            file.index + 1
          }: expected ${file.length} bytes, got ${bytes}.`,
        );
      }
    } catch (error) {
      ofFile = { error };
      throw error;
    }
  }
  const copy = transaction.unsafe(copyStatement);
  const refused = refusalOf(copy);
  try {
    const target = await copy.writable();
    const source = Readable.from(counted(), { objectMode: false });
    await Promise.race([pipeline(source, target), refused]);
  } catch (error) {
    // What was wrong with the file, not that the COPY was therefore given up.
    const cause = ofFile as { error: unknown } | null;
    throw cause ? cause.error : named(error, file.index);
  }
  return bytes;
}

/**
 * Rejects when Postgres refuses a COPY. The driver (postgres 3.4.9) settles the query once the COPY is open, and tells a
 * refusal to the stream alone; once the last byte is sent it has let go of the stream too, and a refusal of that last part
 * would be waited for in vain. So the query's own `reject` is listened to.
 */
function refusalOf(copy: object): Promise<never> {
  const inner = copy as { reject: (error: unknown) => void };
  const { reject } = inner;
  const refused = new Promise<never>((_, fail) => {
    inner.reject = (error) => {
      reject(error);
      fail(error);
    };
  });
  // It is raced; alone it must not count as unhandled.
  refused.catch(() => {});
  return refused;
}

/** Says in the message which file and line Postgres could not take. */
function named(error: unknown, index: number): unknown {
  const state = sqlStateOf(error);
  if (state?.startsWith("22")) {
    const { message, where } = error as { message: string; where?: string };
    const line = /line (\d+)/.exec(where ?? "")?.[1];
    return new CsvError(
      `File ${index + 1}${line ? `, line ${line}` : ""}: ${message}`,
    );
  }
  return error;
}
