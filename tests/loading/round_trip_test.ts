import assert from "node:assert/strict";
import fc from "fast-check";
import { LoadBudget } from "../../supabase/functions/_shared/results/load_budget.ts";
import {
  arrange,
  BACKSLASH,
  checksumOf,
  DOUBLED,
  load,
  rowsIn,
  withLoading,
} from "./support/loading.ts";

/** How a table is written. */
interface Written {
  dialect: typeof DOUBLED;
  lineEnd: string;
  /** Whether the last line of each file ends. */
  ended: boolean;
  mark: boolean;
  /** Whether cells are quoted that need not be. */
  always: boolean;
}

/** Text of all kinds, with more of what CSV and COPY take for something else than there is by chance. */
const cell = fc.oneof(
  fc.constant(null),
  fc.string({
    unit: fc.constantFrom(
      ...'ab,;"\\.\r\n\t 東é🎁',
      "\\N",
      "\\.",
      '""',
      '\\"',
      "\r\n",
    ),
    maxLength: 8,
  }),
  fc.string({ unit: "binary", maxLength: 6 })
    // Postgres keeps no NUL, and UTF-8 has no half of a surrogate pair.
    .filter((text) => !text.includes("\0") && text.isWellFormed()),
);

const table = fc.integer({ min: 1, max: 4 }).chain((columns) =>
  fc.array(
    fc.array(cell, { minLength: columns, maxLength: columns }),
    { maxLength: 14 },
  ).map((rows) => ({ columns, rows }))
);

const written: fc.Arbitrary<Written> = fc.record({
  dialect: fc.constantFrom(DOUBLED, BACKSLASH),
  lineEnd: fc.constantFrom("\n", "\r\n"),
  ended: fc.boolean(),
  mark: fc.boolean(),
  always: fc.boolean(),
});

function write(
  columns: number,
  rows: (string | null)[][],
  { dialect, lineEnd, ended, mark, always }: Written,
): string {
  const header = Array.from({ length: columns }, (_, n) => `c${n}`).join(",");
  const line = (row: (string | null)[]) =>
    row.map((text) => {
      if (text === null) return "";
      if (!always && text !== "" && !/[",\r\n]/.test(text)) return text;
      const inner = dialect.escape === '"'
        ? text.replaceAll('"', '""')
        : text.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
      return `"${inner}"`;
    }).join(",");
  const lines = [header, ...rows.map(line)];
  // A last line that is empty must end, or it is none.
  const open = !ended && lines.at(-1) !== "";
  return (mark ? "\ufeff" : "") + lines.join(lineEnd) + (open ? "" : lineEnd);
}

Deno.test("any text in either dialect, split into files and segments, is loaded by any workers as it was", async () => {
  await withLoading(async (world) => {
    await fc.assert(
      fc.asyncProperty(
        table,
        written,
        fc.array(fc.nat(14), { maxLength: 3 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 200 }),
        async (
          { columns, rows },
          how,
          cuts,
          segmentBytes,
          chunk,
          callBytes,
        ) => {
          const places = [0, ...cuts.sort((a, b) => a - b), rows.length]
            .map((place) => Math.min(place, rows.length));
          const files = places.slice(1).map((to, n) =>
            write(columns, rows.slice(places[n], to), how)
          );
          const loadable = await arrange(world, how.dialect);
          let summary = null;
          while (summary === null) {
            summary = await load(world, loadable, files, {
              limits: { segmentBytes },
              chunk,
              budget: new LoadBudget(callBytes),
            });
          }
          assert.deepEqual(await rowsIn(world, loadable), rows);
          assert.equal(summary.rows, rows.length);
          // A file of one segment each: what a segment is, other tests say.
          if (summary.segments === files.length) {
            assert.equal(summary.checksum, checksumOf(files));
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
