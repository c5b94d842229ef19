import assert from "node:assert/strict";
import { join } from "node:path";
import { startPlatform } from "../../local/platform/platform.ts";
import { serverAccount } from "../../local/platform/postgres/account.ts";
import { localFolder } from "../../local/platform/postgres/binaries.ts";
import { startCluster } from "../../local/platform/postgres/mod.ts";
import { eventually } from "../support/eventually.ts";

/** The folders of servers that this process has started. */
async function runFolders(): Promise<string[]> {
  const runs = join(await localFolder(await serverAccount()), "run");
  const found: string[] = [];
  for await (const { name } of Deno.readDir(runs)) {
    const owner = await Deno.readTextFile(join(runs, name, "owner.pid"))
      .catch(() => null);
    if (owner === String(Deno.pid)) found.push(name);
  }
  return found;
}

Deno.test("a server whose start is interrupted leaves no folder behind", async () => {
  const interruption = new AbortController();
  const starting = startCluster({ signal: interruption.signal });
  await eventually(
    "the folder of the server",
    async () => (await runFolders()).length > 0,
  );
  interruption.abort(new Error("interrupted"));
  await assert.rejects(starting, /interrupted/);
  assert.deepEqual(await runFolders(), []);
});

Deno.test("a platform whose start is interrupted, at whatever step, ends what it has started", async (test) => {
  for (
    const step of [
      "Starting Postgres",
      "Applying the migrations",
      "Starting the API and the schedule",
    ]
  ) {
    await test.step(step, async () => {
      const interruption = new AbortController();
      const starting = startPlatform({
        stopOnSignals: false,
        signal: interruption.signal,
        step: (what) => {
          if (what === step) {
            setTimeout(() => interruption.abort(new Error("interrupted")), 1);
          }
        },
      });
      await assert.rejects(starting, /interrupted/);
      assert.deepEqual(await runFolders(), []);
    });
  }
});
