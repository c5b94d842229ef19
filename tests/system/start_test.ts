import assert from "node:assert/strict";
import { join } from "node:path";
import { checkout, freePort } from "../../local/platform/postgres/mod.ts";
import { shortenAllowances } from "../../local/demo/chaos.ts";
import {
  type Access,
  isWhole,
  type Summary,
  summaryJson,
} from "../../local/demo/summary.ts";
import { startDemo } from "../../local/demo/demo.ts";

Deno.test("52 weeks arrive with one create each, though the functions' processes are killed in the middle", async () => {
  const demo = await startDemo({
    weeks: 52,
    say: () => {},
  });
  try {
    // A process that dies between claim and create leaves a week that waits for fourteen minutes otherwise.
    await shortenAllowances(demo.platform.databaseUrl);
    let killed = 0;
    // A request from the middle of the collection: whoever sends it is there to be killed.
    demo.simulator.observe(async () => {
      if (killed > 0 || demo.simulator.ledger().length < 26) return;
      killed = Object.keys(demo.platform.functions.pids()).length;
      await demo.platform.functions.killAll();
    });
    await demo.finished(() => {});
    assert.ok(killed > 0, "no process was there to be killed");
    const summary = await demo.summarize();
    assert.equal(summary.creates_accepted, 52);
    assert.ok(isWhole(summary), JSON.stringify(summary));
    assert.ok(summary.rows > 52 * 100);
  } finally {
    await demo.stop();
  }
});

Deno.test("npm start -- --exit --json ends with status 0 and the summary as the last line of stdout", async () => {
  const port = freePort();
  const { code, stdout, stderr } = await new Deno.Command("node", {
    args: [
      join(checkout, "local/cli.mjs"),
      "start",
      "--exit",
      "--json",
      "--weeks=3",
      `--port=${port}`,
    ],
    // From elsewhere: nothing may depend on the folder it is called from.
    cwd: Deno.makeTempDirSync(),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const said = new TextDecoder().decode(stderr);
  assert.equal(code, 0, said);
  const lines = new TextDecoder().decode(stdout).trimEnd().split("\n");
  assert.equal(lines.length, 1, "all but the summary belongs to stderr");
  const summary = JSON.parse(lines[0]);
  assert.deepEqual(Object.keys(summary), [
    "weeks",
    "completed",
    "failed",
    "tracked",
    "untracked",
    "executions",
    "creates_accepted",
    "rows",
    "seconds",
  ], "no address of what has stopped");
  const { rows, seconds, ...counts } = summary;
  assert.deepEqual(counts, {
    weeks: 3,
    completed: 3,
    failed: 0,
    tracked: 3,
    untracked: 0,
    executions: 3,
    creates_accepted: 3,
  });
  assert.ok(rows > 0 && seconds > 0);
  // Nothing is left running: its port is free.
  Deno.listen({ hostname: "127.0.0.1", port }).close();
});

Deno.test("the summary of a start that stays up says where to go on", () => {
  const summary = { weeks: 1 } as Summary;
  const access = {
    apiUrl: "http://127.0.0.1:1",
    databaseUrl: "postgresql://127.0.0.1:2/postgres",
  } as Access;
  assert.deepEqual(JSON.parse(summaryJson(summary, access)), {
    weeks: 1,
    api_url: access.apiUrl,
    database_url: access.databaseUrl,
  });
});

Deno.test("npm start says in one sentence what is wrong with its arguments", async () => {
  for (
    const [args, sentence] of [
      [
        ["--weeks", "61"],
        /Expected --weeks with a whole number from 1 to 60, got 61\./,
      ],
      [
        ["--weeks"],
        /Expected --weeks with a whole number from 1 to 60, got nothing\./,
      ],
      [["--wekks", "3"], /Unknown option --wekks\./],
    ] as const
  ) {
    const { code, stderr } = await new Deno.Command("node", {
      args: [join(checkout, "local/cli.mjs"), "start", ...args],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    assert.equal(code, 2);
    assert.match(new TextDecoder().decode(stderr), sentence);
  }
});

Deno.test("a port that was demanded and is taken gives one clear sentence", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  const { code, stderr } = await new Deno.Command("node", {
    args: [join(checkout, "local/cli.mjs"), "start", `--port=${port}`],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  assert.equal(code, 1);
  const lines = new TextDecoder().decode(stderr).trimEnd().split("\n");
  assert.equal(lines.length, 1, "nothing is started before it is told");
  assert.match(lines.at(-1)!, new RegExp(`${port}`));
  assert.match(lines.at(-1)!, /taken|in use/);
});
