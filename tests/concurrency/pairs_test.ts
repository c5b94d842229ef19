import assert from "node:assert/strict";
import { meet, type Meeting, meetings } from "./support/pairs.ts";
import type { State } from "./support/states.ts";
import { sharedHarness } from "./support/harness.ts";

const harness = sharedHarness();
const expected = await readTable(new URL("./pairs.md", import.meta.url));

/** The rows of the table, each a meeting with what must come of it. */
async function readTable(url: URL): Promise<Meeting[]> {
  const lines = (await Deno.readTextFile(url)).split("\n");
  const rows = lines.filter((line) => line.startsWith("|")).slice(2);
  return rows.map((row) => {
    const [state, first, firstAnswer, second, waits, secondAnswer, end] = row
      .split("|").slice(1, -1).map((cell) => cell.trim());
    return {
      state: state as State,
      first,
      firstAnswer,
      second,
      waits: waits === "waits",
      secondAnswer,
      end,
    };
  });
}

Deno.test("the table has every pair of calls", () => {
  const key = ({ state, first, second }: Omit<Meeting, "waits">) =>
    `${state}: ${first}, ${second}`;
  assert.deepEqual(
    expected.map(key).sort(),
    (meetings() as Meeting[]).map(key).sort(),
  );
});

for (const meeting of expected) {
  const { state, first, second, waits } = meeting;
  const meets = waits ? "waits for" : "does not wait for";
  Deno.test(`${state} week: ${second} ${meets} ${first}`, async () => {
    assert.deepEqual(await meet(harness(), state, first, second), meeting);
  });
}
