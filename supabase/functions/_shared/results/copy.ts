import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type postgres from "postgres";

/**
 * Sends bytes to a COPY as they come, no faster than Postgres takes them.
 *
 * @param statement COPY … FROM STDIN
 * @throws what the bytes threw, or what Postgres refused
 */
export async function copyInto(
  transaction: postgres.TransactionSql,
  statement: string,
  bytes: AsyncIterable<Uint8Array>,
): Promise<void> {
  let ofBytes: { error: unknown } | null = null;
  async function* watched() {
    try {
      yield* bytes;
    } catch (error) {
      ofBytes = { error };
      throw error;
    }
  }
  const copy = transaction.unsafe(statement);
  const refused = refusalOf(copy);
  try {
    const target = await copy.writable();
    const source = Readable.from(watched(), { objectMode: false });
    await Promise.race([pipeline(source, target), refused]);
  } catch (error) {
    // What was wrong with the bytes, not that the COPY was therefore given up.
    const cause = ofBytes as { error: unknown } | null;
    throw cause ? cause.error : error;
  }
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
