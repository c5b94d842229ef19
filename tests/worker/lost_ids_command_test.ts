import assert from "node:assert/strict";
import { parseArguments } from "../../local/backfill/arguments.ts";
import { search } from "../../local/backfill/search.ts";
import { withHarness } from "./support/harness.ts";
import { letTurnCome, loseIds } from "./support/lost_ids.ts";
import { openWorker } from "./support/own_worker.ts";
import { column } from "./support/weeks.ts";

const WEEKS = 4;

Deno.test("npm run backfill says what a search takes, follows it, and shows what came of it", async () => {
  await withHarness({}, async (harness) => {
    const { platform, owner, sql } = harness;
    const ids = await loseIds(harness, WEEKS);
    const args = ["--project", platform.apiUrl, "--instance", "amcr1aaaa1a"];
    const run = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--allow-all",
        "--quiet",
        "local/backfill/main.ts",
        ...args,
        "--dry-run",
      ],
      env: { SUPABASE_SECRET_KEY: platform.secretKeys.default },
    }).output();
    const printed = new TextDecoder().decode(run.stdout);
    assert.equal(run.code, 0, new TextDecoder().decode(run.stderr));
    assert.match(
      printed,
      /^4 weeks without .* 1 calls or more, 3000 at most\.$/m,
    );
    assert.equal((await sql`select from public.id_backfills`).length, 0);

    // Another window that fits two executions: a copy of the newest one.
    await using worker = openWorker(harness, {
      client: (client) => ({
        ...client,
        listPage: async (query) => {
          const page = await client.listPage(query);
          if (page.kind !== "page") return page;
          const twice = { ...page.executions[0], id: "another-1" };
          return { ...page, executions: [twice, ...page.executions] };
        },
      }),
    });
    const lines: string[] = [];
    const said: string[] = [];
    const status = await search(owner, parseArguments(args)!, {
      progress: (line) => lines.push(line),
      say: (text) => said.push(text),
      pause: async () => {
        await letTurnCome(harness);
        await worker.tick();
      },
    });
    assert.equal(status, 0);
    assert.match(
      lines[0],
      /^░{30} 0\/4 weeks, 0 matched · the list is not read yet · 0 calls$/,
    );
    assert.match(lines.at(-1)!, /^█{30} 4\/4 weeks, 3 matched · .* · 1 calls$/);
    assert.match(said[0], /matched +3 +3 workflow_id, window$/m);
    assert.match(said[0], /ambiguous +1 +1 several_fit$/m);
    assert.match(said[0], /^ +another-1 +workflow_id, window$/m);
    const back = await column(harness, "execution_id");
    assert.equal(back.filter((id) => id !== null).length, WEEKS - 1);
    assert.ok(back.every((id, at) => id === null || id === ids[at]));
  });
});

Deno.test("npm run backfill refuses what it cannot understand", () => {
  const project = ["--project", "https://ref.supabase.co"];
  assert.equal(parseArguments(["--help"]), null);
  assert.deepEqual(
    parseArguments([
      ...project,
      "--collection=c",
      "--since",
      "2025-01-06",
      "--dry-run",
    ]),
    {
      project: "https://ref.supabase.co",
      scope: { collection_id: "c" },
      since: "2025-01-06",
      dryRun: true,
    },
  );
  for (
    const [args, words] of [
      [[...project], /--instance or --collection/],
      [
        [...project, "--instance", "i", "--collection", "c"],
        /--instance or --collection/,
      ],
      [["--instance", "i"], /--project/],
      [["--project", "http://ref.supabase.co", "--instance", "i"], /--project/],
      [[...project, "--instance", "i", "--since", "last week"], /--since/],
      [[...project, "--all"], /--all/],
    ] as [string[], RegExp][]
  ) assert.throws(() => parseArguments(args), words);
});
