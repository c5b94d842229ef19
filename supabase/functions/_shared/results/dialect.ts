/** How the cells of a CSV file are written: single ASCII characters. */
export interface Dialect {
  separator: string;
  quote: string;
  escape: string;
}
