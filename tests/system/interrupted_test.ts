import assert from "node:assert/strict";
import { join } from "node:path";
import { NpmStart, processesNaming, withLocalFolder } from "./npm_start.ts";

const QUIET_END = "Stopping … nothing is left running.";

/** The names in a folder; none when it was not made. */
async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) names.push(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names;
}

for (
  const [moment, line] of [
    ["while Postgres starts", /^Starting Postgres/],
    ["while the migrations are applied", /^Applying the migrations/],
    ["while the edge function starts", /^Starting the edge function/],
    ["while weeks are collected", /^Collecting/],
  ] as const
) {
  Deno.test(`Ctrl-C ${moment}, and a second one, end npm start with one line, status 130 and nothing left`, async () => {
    await withLocalFolder(async (folder) => {
      const start = new NpmStart(["--weeks=3"], { AMC_HISTORY_LOCAL: folder });
      await start.line(line);
      start.signal();
      start.signal();
      const { code, stdout, stderr } = await start.ended;
      assert.equal(code, 130);
      assert.equal(stdout.at(-1), QUIET_END);
      assert.equal(stderr.length, 1, stderr.join("\n"));
      assert.deepEqual(await namesIn(join(folder, "run")), []);
      assert.deepEqual(await processesNaming(folder), []);
    });
  });
}
