/** What the command understands, and what it says of what it does not. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { parseArguments, usage } from "../../local/adopt/arguments.ts";
import { STEPS } from "../../local/adopt/steps.ts";

const steps = STEPS.map(({ name }) => name);
const url = ["--database-url", "postgresql://postgres:sesame@localhost/x"];

Deno.test("a step with its defaults", () => {
  deepEqual(parseArguments([...url, "make-room"], steps), {
    step: "make-room",
    databaseUrl: url[1],
    dryRun: false,
    json: false,
    quietMinutes: 60,
    althoughWritten: false,
    lockWaitMs: 500,
    tries: 120,
    door: false,
    dropOurs: false,
  });
});

Deno.test("options stand before or after the step, with a blank or an equals sign", () => {
  const parsed = parseArguments(
    ["undo", "--door", `--database-url=${url[1]}`, "--tries=3", "--dry-run"],
    steps,
  );
  deepEqual([parsed?.door, parsed?.tries, parsed?.dryRun], [true, 3, true]);
  equal(parsed?.databaseUrl, url[1]);
});

Deno.test("the address comes from the environment, unless an argument says another", () => {
  equal(parseArguments(["look"], steps, url[1])?.databaseUrl, url[1]);
  const other = "postgresql://postgres@localhost/other";
  equal(parseArguments([...url, "look"], steps, other)?.databaseUrl, url[1]);
});

const refused: [string, string[], RegExp][] = [
  ["no step", url, /Expected one step of look, open, .* got none/],
  ["two steps", [...url, "look", "open"], /got look open/],
  ["an unknown step", [...url, "leap"], /got leap/],
  ["an unknown option", [...url, "look", "--force"], /Unknown option --force/],
  [
    "no address",
    ["look"],
    /Expected DATABASE_URL .*, or --database-url, with an address/,
  ],
  [
    "an address of a website",
    ["look", "--database-url", "https://sesame@x.supabase.co"],
    /Expected DATABASE_URL .*, or --database-url, with an address/,
  ],
  [
    "a wait that a deadlock would end first",
    [...url, "make-room", "--lock-wait", "1000"],
    /--lock-wait with a whole number from 50 to 900, got 1000/,
  ],
  [
    "an address without its option",
    [url[1], "look"],
    /got an address, which is not shown look/,
  ],
  [
    "an address after a number's option",
    ["look", "--tries", url[1]],
    /--tries .* got an address/,
  ],
  ["an address with a dash", ["look", `-${url[1]}`], /Unknown option an addr/],
  ["an address without a scheme", ["look", "postgres:sesame@h"], /an address/],
  ["no number", [...url, "make-room", "--tries"], /--tries .* got nothing/],
];
for (const [what, args, words] of refused) {
  Deno.test(`${what}: refused in words, without the password`, () => {
    throws(() => parseArguments(args, steps), (error: Error) => {
      ok(words.test(error.message), error.message);
      return !error.message.includes("sesame");
    });
  });
}

Deno.test("the usage fits a terminal", () => {
  for (const line of usage([]).split("\n")) ok(line.length <= 80, line);
});
