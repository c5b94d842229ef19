/** Every sql block of every page runs as it stands, as postgres, once what it leaves open is filled in. */
import { deepEqual, ok } from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { type Demo, startDemo } from "../../local/demo/demo.ts";
import { checkout } from "../../local/platform/postgres/mod.ts";
import { connected } from "../support/connected.ts";
import { runPgtapFile } from "../support/pgtap.ts";
import { withDatabase } from "../support/with_database.ts";
import { type Block, blocksOf } from "./support/pages.ts";

/** Begins where nothing is connected yet: run in an empty database. */
const FROM_NOTHING = "docs/DEPLOYING.md";

/** Shows a pgTAP test: run as one. */
const PGTAP = "supabase/tests/README.md";

function fill(code: string, values: Record<string, string>): string {
  return Object.entries(values).reduce(
    (text, [open, value]) => text.replaceAll(open, value),
    code,
  );
}

/** Runs a block. @returns how many rows its last statement gave, or changed */
async function run(
  sql: postgres.Sql | postgres.TransactionSql,
  { page, line, code }: Block,
  values: Record<string, string> = {},
): Promise<number> {
  try {
    // Several statements answer an array of results, one answers its own.
    const results = await sql.unsafe(fill(code, values)).simple();
    const last = Array.isArray(results.at(-1)) ? results.at(-1)! : results;
    return (last as unknown as { count: number }).count;
  } catch (error) {
    throw new Error(`${page}:${line}: ${(error as Error).message}`);
  }
}

Deno.test("the sql blocks of DEPLOYING.md connect an instance in an empty database", () =>
  withDatabase(async ({ url, adminUrl }) => {
    await connected(adminUrl, (sql) =>
      sql`
      insert into auth.users (id, email, email_confirmed_at) values
        (gen_random_uuid(), 'analyst@example.com', now()), (gen_random_uuid(), 'colleague@example.com', now())`);
    await connected(url, async (sql) => {
      for (const block of blocksOf("sql", FROM_NOTHING)) await run(sql, block);
      const members = await sql`
        select i.id, u.email, m.role from public.amc_instances i
        join public.amc_instance_members m on m.instance_id = i.id
        join auth.users u on u.id = m.user_id order by u.email`;
      deepEqual([...members], [
        { id: "amcr1aaaa1a", email: "analyst@example.com", role: "admin" },
        { id: "amcr1aaaa1a", email: "colleague@example.com", role: "analyst" },
      ]);
    });
  }));

Deno.test("the pgTAP test that the page about them shows passes", async () => {
  const folder = await mkdtemp(join(tmpdir(), "amc-history-docs-"));
  try {
    await symlink(
      join(checkout, "supabase/tests/_shared"),
      join(folder, "_shared"),
    );
    await mkdir(join(folder, "database/shown"), { recursive: true });
    for (const { code } of blocksOf("sql", PGTAP)) {
      const file = join(folder, "database/shown/shown.test.sql");
      await writeFile(file, code);
      await withDatabase(async ({ url }) => {
        await connected(
          url,
          (sql) => sql`create extension pgtap with schema extensions`,
        );
        const { passed, failures } = await runPgtapFile(url, file);
        deepEqual(failures, []);
        ok(passed > 0);
      });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

async function valuesOf(
  demo: Demo,
  sql: postgres.Sql,
): Promise<Record<string, string>> {
  const [week] = await sql`
    select id from public.report_data_weeks where collection_id = ${demo.collectionId}`;
  return {
    "<collection_id>": demo.collectionId,
    "<week_id>": week.id,
    "<results view>": demo.access.view,
  };
}

Deno.test("the sql blocks of the other pages run beside a collection, and give rows", async (test) => {
  const demo = await startDemo({
    weeks: 1,
    say: () => {},
  });
  try {
    await demo.finished(() => {});
    await connected(demo.platform.databaseUrl, async (sql) => {
      const values = await valuesOf(demo, sql);
      // A demo has nothing that a person should look at; of an instance that is done, nothing stays held up.
      await sql`
        select amc_history.record_stoppage('cancel', 'exec-1', 'forbidden', 'amc', 'Unauthorized request.', id,
          waits_for_person => true)
        from public.amc_instances`;
      const blocks = blocksOf("sql").filter(({ page }) =>
        page !== FROM_NOTHING && page !== PGTAP
      );
      ok(blocks.length > 0);
      for (const block of blocks) {
        await test.step(`${block.page}:${block.line}`, async () => {
          ok(await run(sql, block, values) > 0, block.code);
        });
      }
    });
  } finally {
    await demo.stop();
  }
});
