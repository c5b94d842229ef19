// Helpers for the tests of results: a file as S3 serves it by a signed link.
import type { Server } from "./amc.ts";

/** What signs a link. */
export const QUERY = "?X-Amz-Expires=600&X-Amz-Signature=very-secret-signature";

/** A result. */
export const CSV = "a,b\n1,2\n";

/** The link to it on a server. */
export function linkTo(server: Server): string {
  return `${server.url}/result/one.csv${QUERY}`;
}

/** S3's error answer. */
export function s3(status: number, code: string): Response {
  return new Response(
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>Request has expired</Message>` +
      `<StringToSign>very-secret-string</StringToSign></Error>`,
    { status, headers: { "content-type": "application/xml" } },
  );
}

/** Serves the CSV as S3 does, with ranges. */
export function csv(range: string | undefined): Response {
  const match = /^bytes=(\d+)-(\d*)$/.exec(range ?? "");
  const headers: Record<string, string> = { etag: '"e1"' };
  if (!match) {
    headers["content-length"] = String(CSV.length);
    return new Response(CSV, { headers });
  }
  const start = Number(match[1]);
  const end = match[2] === "" ? CSV.length - 1 : Number(match[2]);
  const part = CSV.slice(start, end + 1);
  headers["content-range"] = `bytes ${start}-${end}/${CSV.length}`;
  headers["content-length"] = String(part.length);
  return new Response(part, { status: 206, headers });
}
