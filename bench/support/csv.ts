/** Names of the twelve columns of a result. */
export const COLUMNS = [
  "campaign_id",
  "campaign",
  "ad_product_type",
  "placement",
  "first_event_dt_utc",
  "last_event_dttm_utc",
  "impressions",
  "clicks",
  "spend",
  "purchases",
  "product_sales",
  "unique_reach",
];

/** The bytes of a result, in chunks as they come from a network. */
export interface Csv {
  chunks: Uint8Array[];
  bytes: number;
  rows: number;
}

const CHUNK = 65_536;
const DISTINCT_ROWS = 10_000;

/** A CSV of about so many bytes, or exactly so many rows: the same rows over and over, about 115 bytes each. */
export function makeCsv(size: { bytes: number } | { rows: number }): Csv {
  const encoder = new TextEncoder();
  const lines = Array.from(
    { length: DISTINCT_ROWS },
    (_, n) => encoder.encode(`${rowOf(n).map(cell).join(",")}\n`),
  );
  const parts = [encoder.encode(`${COLUMNS.join(",")}\n`)];
  let bytes = parts[0].length;
  let rows = 0;
  const more = () => "rows" in size ? rows < size.rows : bytes < size.bytes;
  while (more()) {
    const line = lines[rows++ % DISTINCT_ROWS];
    parts.push(line);
    bytes += line.length;
  }
  return { chunks: inChunks(parts, bytes), bytes, rows };
}

/** The cells of a row, by its place. */
export function rowOf(n: number): string[] {
  return [
    String(100_000_000_000_000_000n + BigInt(n * 7919)),
    `Brand ${n % 97}, ${n % 2 ? "Prospecting" : "Retargeting"}`,
    "sponsored_products",
    "Top of Search",
    "2025-01-06",
    "2025-01-12T23:59:59Z",
    String(n * 13 % 99_991),
    String(n % 997),
    (n * 0.017).toFixed(4),
    String(n % 31),
    (n * 0.37).toFixed(2),
    String(n * 11 % 50_021),
  ];
}

function cell(text: string): string {
  return text.includes(",") ? `"${text}"` : text;
}

function inChunks(parts: Uint8Array[], bytes: number): Uint8Array[] {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  const chunks: Uint8Array[] = [];
  for (let from = 0; from < bytes; from += CHUNK) {
    chunks.push(whole.subarray(from, from + CHUNK));
  }
  return chunks;
}

/** The bytes again, one chunk after another. */
export async function* stream(
  chunks: Uint8Array[],
): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
