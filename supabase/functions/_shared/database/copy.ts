import { once } from "node:events";
import { finished } from "node:stream/promises";
// @ts-types="./pg_copy_streams.d.ts"
import { from } from "pg-copy-streams";
import type { Client } from "./pg.d.ts";

/**
 * Sends bytes to a COPY as they come, no faster than Postgres takes them.
 *
 * @param statement COPY … FROM STDIN
 * @throws what the bytes threw, or what Postgres refused, at once: also while bytes are waited for
 */
export async function copyInto(
  client: Pick<Client, "query">,
  statement: string,
  bytes: AsyncIterable<Uint8Array>,
): Promise<void> {
  const copy = client.query(from(statement));
  const refused = new Promise<never>((_, fail) => {
    copy.on("error", (error) => {
      // It would write on what it holds back once its socket takes more, and throw where nobody can catch it.
      copy.destroy();
      fail(error);
    });
  });
  await Promise.race([send(bytes, copy), refused]);
}

async function send(
  bytes: AsyncIterable<Uint8Array>,
  copy: ReturnType<typeof from>,
): Promise<void> {
  try {
    for await (const chunk of bytes) {
      if (!copy.write(chunk)) await once(copy, "drain");
    }
  } catch (error) {
    // This makes Postgres drop the rows. Its answer is an error that says less than this one.
    copy.destroy();
    throw error;
  }
  copy.end();
  await finished(copy);
}
