/** docs/ADOPTING.md, its commands run as they stand and in its order, by the program that npm runs. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { checkout } from "../../local/platform/postgres/mod.ts";
import { commands } from "../docs/support/commands.ts";
import { textOf } from "../docs/support/pages.ts";
import { withLegacyDatabase } from "./support/legacy_database.ts";

/** Runs a command by a shell in the checkout. */
async function shell(text: string, url: string) {
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", text],
    cwd: checkout,
    env: {
      DATABASE_URL: url,
      PGSSLMODE: "disable",
      SUPABASE_TELEMETRY_DISABLED: "1",
      SUPABASE_NO_UPDATE_NOTIFIER: "1",
    },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

/** How long nobody may have written is for a project: here nobody ever did. */
function fitted(text: string, url: string): string {
  return text.replace("make-room", "make-room --quiet-minutes 0")
    .replace("db push --remote", `db push --yes --remote='${url}'`);
}

Deno.test("the page's commands lead from the older service's tables to our migrations beside them, and back before that", async () => {
  await withLegacyDatabase(["grown"], async ({ url, sql }) => {
    const run = async (text: string) => {
      const { code, out, err } = await shell(fitted(text, url), url);
      equal(code, 0, `${text}\n${out}${err}`);
      ok(!(out + err).includes(new URL(url).password), text);
    };
    const page = commands.filter(({ where, text }) =>
      where.startsWith("docs/ADOPTING.md") &&
      /^np[mx] (run|supabase)/.test(text)
    ).map(({ text }) => text);
    equal(page.length, 6);
    const [look, open, makeRoom, push, migrate, undo] = page;
    for (const text of [look, open, makeRoom, undo]) await run(text);
    const [{ back }] = await sql`
      select count(*)::int as back from public.report_data_weeks`;
    equal(back, 7);
    for (const text of [makeRoom, push, migrate]) await run(text);
    const [{ weeks, ours }] = await sql`select
      (select count(*)::int from legacy_api.report_data_weeks) as weeks,
      (select count(*)::int from public.report_data_weeks where due_at is null) as ours`;
    deepEqual([weeks, ours], [7, 0]);
  });
});

Deno.test("what is refused ends with status 1 and says why as JSON, without the password", async () => {
  await withLegacyDatabase([], async ({ url }) => {
    const { code, out, err } = await shell(
      'node local/cli.mjs adopt --database-url "$DATABASE_URL" make-room --json',
      url,
    );
    equal(code, 1);
    const report = JSON.parse(out);
    equal(report.outcome, "blocked");
    match(report.refusal, /^No second door was opened/);
    ok(!(out + err).includes(new URL(url).password));
  });
});

Deno.test("the page explains every code that blocks", async () => {
  const source = await Deno.readTextFile(
    join(checkout, "local/adopt/blockers.ts"),
  );
  const codes = [...source.matchAll(/code: "([a-z_]+)"/g)].map(([, code]) =>
    code
  );
  const listed = [...textOf("docs/ADOPTING.md").matchAll(/^\| `([a-z_]+)`/gm)]
    .map(([, code]) => code);
  ok(codes.length > 5);
  deepEqual(listed.sort(), [...new Set(codes)].sort());
});
