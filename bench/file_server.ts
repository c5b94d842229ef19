// A store of result files like S3: HTTPS, entity tags, ranges. It makes the bytes on request, in a process of its own, so that
// they cost the loader nothing. Started by loading_process.ts, with its certificate in BENCH_FILES.
import { makeCsv } from "./support/csv.ts";

const { cert, key } = JSON.parse(Deno.env.get("BENCH_FILES")!);

const { chunks } = makeCsv({ bytes: 1_000_000 });
const block = new Uint8Array(
  await new Blob(chunks as BlobPart[]).arrayBuffer(),
);
const headerLength = block.indexOf(10) + 1;
const rows = block.subarray(headerLength);

function bytesFrom(start: number, length: number): ReadableStream<Uint8Array> {
  let at = start;
  return new ReadableStream({
    pull(controller) {
      const inRows = at - headerLength;
      const part = at < headerLength
        ? block.subarray(at, headerLength)
        : rows.subarray(inRows % rows.length, inRows % rows.length + 65_536);
      const chunk = part.slice(0, length - at);
      if (chunk.length === 0) return controller.close();
      at += chunk.length;
      controller.enqueue(chunk);
    },
  });
}

/** `/<megabytes>/<name>` is a file of so many megabytes. */
function serve(request: Request): Response {
  const megabytes = Number(new URL(request.url).pathname.split("/")[1]);
  const length = headerLength + megabytes * rows.length;
  const range = /^bytes=(\d+)-$/.exec(request.headers.get("range") ?? "");
  const start = Number(range?.[1] ?? 0);
  return new Response(bytesFrom(start, length), {
    status: range ? 206 : 200,
    headers: {
      "accept-ranges": "bytes",
      "content-length": String(length - start),
      etag: `"${megabytes}"`,
      ...(range
        ? { "content-range": `bytes ${start}-${length - 1}/${length}` }
        : {}),
    },
  });
}

Deno.serve({
  hostname: "localhost",
  port: 0,
  cert,
  key,
  onListen: ({ port }) => console.log(port),
}, serve);
