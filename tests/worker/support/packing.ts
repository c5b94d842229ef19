import type { OwnWorkerOptions } from "./own_worker.ts";

/** A client whose results come packed by gzip, from the first byte on. */
export const packing: NonNullable<OwnWorkerOptions["client"]> = (client) => ({
  ...client,
  openResult: async (link, options) => {
    const opened = await client.openResult(link, options);
    const packed = new Response(opened.body).body!
      .pipeThrough(new CompressionStream("gzip"));
    return { ...opened, body: packed, length: null };
  },
});
