import assert from "node:assert/strict";
import { join } from "node:path";
import { createClient } from "@supabase/supabase-js";
import { checkout } from "../../local/platform/postgres/mod.ts";
import { NpmStart, withLocalFolder } from "./npm_start.ts";

/** `.local/env`, read as a front end's tools do. */
async function environment(file: string): Promise<Record<string, string>> {
  const text = await Deno.readTextFile(file);
  return Object.fromEntries(
    text.trimEnd().split("\n").map((line) => line.split(/=(.*)/s).slice(0, 2)),
  );
}

/** Runs the query that the summary offers, as a person would paste it. */
async function pasteQuery(stdout: string[]): Promise<string> {
  const from = stdout.findIndex((line) => /^ {2}npx supabase/.test(line));
  const to = stdout.findIndex((line, at) => at > from && line.endsWith('"'));
  const { code, stdout: table, stderr } = await new Deno.Command("sh", {
    args: ["-c", stdout.slice(from, to + 1).join("\n")],
    cwd: checkout,
    stdin: "null",
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(table);
}

async function completedWeeks(env: Record<string, string>): Promise<number> {
  const client = createClient(env.SUPABASE_URL, env.SUPABASE_PUBLISHABLE_KEY, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  await client.auth.signInWithPassword({
    email: env.DEMO_EMAIL,
    password: env.DEMO_PASSWORD,
  });
  const { data } = await client.from("report_data_weeks").select("id")
    .eq("status", "completed");
  return data?.length ?? 0;
}

Deno.test("npm start -- --keep goes on with database, ports, keys and users of the last start, one at a time", async () => {
  await withLocalFolder(async (folder) => {
    const AMC_HISTORY_LOCAL = folder;
    const first = new NpmStart(["--keep", "--weeks=3"], { AMC_HISTORY_LOCAL });
    await first.line(/stays up/);
    const env = await environment(join(folder, "env"));
    assert.equal(Deno.statSync(join(folder, "env")).mode! & 0o777, 0o600);
    assert.ok(
      first.stdout.some((line) =>
        line.endsWith(env.SUPABASE_SECRET_KEY) && line.includes("secret key")
      ),
      "the secret key is printed too",
    );
    assert.equal(await completedWeeks(env), 3);
    assert.match(await pasteQuery(first.stdout), /week_start_date/);

    const other = await new NpmStart(["--keep"], { AMC_HISTORY_LOCAL }).ended;
    assert.equal(other.code, 1);
    assert.match(other.stderr.at(-1)!, /^Another npm start -- --keep is using/);

    first.signal();
    const { code, stdout } = await first.ended;
    assert.equal(code, 130);
    assert.match(stdout.at(-1)!, /nothing is left running; the data is kept/);

    const second = new NpmStart(["--keep", "--weeks=3", "--exit", "--json"], {
      AMC_HISTORY_LOCAL,
    });
    const again = await second.ended;
    assert.equal(again.code, 0, again.stderr.join("\n"));
    const summary = JSON.parse(again.stdout.at(-1)!);
    assert.equal(summary.completed, 3);
    assert.equal(summary.creates_accepted, 3, "no week was asked for again");
    assert.deepEqual(await environment(join(folder, "env")), env);
  });
});
