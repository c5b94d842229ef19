/**
 * Whether a generator was asked to compare (--check) and not to write. Ends the process with status 2 at any other argument:
 * what somebody meant to compare must not be written over.
 */
export function isCheck(): boolean {
  const unknown = Deno.args.find((arg) => arg !== "--check");
  if (unknown !== undefined) {
    console.error(`Expected no argument but --check, got ${unknown}.`);
    Deno.exit(2);
  }
  return Deno.args.includes("--check");
}
