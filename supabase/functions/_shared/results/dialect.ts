/** How the cells of a CSV file are written: single ASCII characters. */
export interface Dialect {
  separator: string;
  quote: string;
  escape: string;
}

/** A record that is `\.` alone, in quotes. */
export function quotedMarker({ quote, escape }: Dialect): Uint8Array {
  const slash = escape === "\\" ? "\\\\" : "\\";
  return new TextEncoder().encode(`${quote}${slash}.${quote}`);
}
