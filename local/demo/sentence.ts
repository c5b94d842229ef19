/**
 * What went wrong, as a person at a terminal should read it.
 *
 * @param error whatever was thrown
 */
export function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (/no space left on device|ENOSPC|disk full/i.test(message)) {
    const [line] = message.split("\n")
      .filter((one) => /no space left on device|ENOSPC|disk full/i.test(one));
    return `The disk is full: free some space and start again (${line.trim()}).`;
  }
  return message;
}
