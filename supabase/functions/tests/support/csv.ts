import { openCsv } from "../../_shared/results/csv_header.ts";
import type { Dialect } from "../../_shared/results/dialect.ts";

/** Fields as AMC writes them unless the workflow says otherwise. */
export const COMMAS: Dialect = { separator: ",", quote: '"', escape: '"' };

/** A text's bytes. */
export const encode = (text: string) => new TextEncoder().encode(text);

/** The bytes, cut before each of the places. */
async function* cutAt(
  bytes: Uint8Array,
  places: number[],
): AsyncGenerator<Uint8Array> {
  const cuts = [...new Set(places)].sort((a, b) => a - b);
  let from = 0;
  for (const to of [...cuts, bytes.length]) {
    yield bytes.subarray(from, to);
    from = to;
  }
}

/** All the bytes of a body. */
export async function gather(
  body: AsyncIterable<Uint8Array>,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
}

/** A file's header and all its bytes, from chunks that are cut before each of the places. */
export async function open(
  bytes: Uint8Array,
  places: number[] = [],
  dialect: Dialect = COMMAS,
) {
  const { header, body } = await openCsv(cutAt(bytes, places), dialect);
  return { header, bytes: await gather(body) };
}
