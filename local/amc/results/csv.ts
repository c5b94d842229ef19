/**
 * AMC simulator: writing CSV by a workflow's outputFormat. AMC's own rules for when a field is quoted are
 * unknown; here a field is quoted when it needs it, and null is an empty field.
 */
import type { OutputFormat } from "../types.ts";

/** Makes a writer of rows in one format; rows have no line ending. */
export function csvWriter(
  format: OutputFormat,
): (cells: readonly (string | null)[]) => string {
  const { separatorCharacter, quoteCharacter, escapeCharacter } = format;
  const special = new Set([
    separatorCharacter,
    quoteCharacter,
    escapeCharacter,
    "\n",
    "\r",
  ]);
  const quote = (text: string): string => {
    let inner = "";
    for (const unit of text) {
      const escaped = unit === quoteCharacter || unit === escapeCharacter;
      inner += escaped ? escapeCharacter + unit : unit;
    }
    return quoteCharacter + inner + quoteCharacter;
  };
  const needsQuotes = (text: string): boolean => {
    for (const unit of text) if (special.has(unit)) return true;
    return false;
  };
  return (cells) =>
    cells.map((cell) => {
      if (cell === null) return "";
      return needsQuotes(cell) ? quote(cell) : cell;
    }).join(separatorCharacter);
}
