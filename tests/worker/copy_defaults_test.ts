import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { connected } from "../support/connected.ts";
import { withDatabase } from "../support/with_database.ts";

Deno.test("two loads in one session give their rows their own ids, and lines from 1", async () => {
  await withDatabase(async ({ url }) => {
    await connected(url, async (sql) => {
      await sql`
        insert into public.amc_instances (id, entity_id, marketplace_id, region, credential_name)
        values ('amccopy1', 'ENTITYCOPY', 'ATVPDKIKX0DER', 'NA', 'copy')`;
      await sql`
        insert into public.amc_workflows (instance_id, name, sql_query) values ('amccopy1', 'Weekly', 'select campaign from t')`;
      const [{ table }] = await sql`
        select (amc_history.create_result_table(f, array['campaign'])).table_name as table
        from public.amc_workflows f`;
      await sql`create temporary sequence amc_history_lines`;
      const loads = [crypto.randomUUID(), crypto.randomUUID()];
      for (const [index, load] of loads.entries()) {
        await sql.begin(async (transaction) => {
          await transaction`
            select setval('pg_temp.amc_history_lines', 1, false), set_config('amc_history.load_id', ${load}, true),
              set_config('amc_history.lines', 'pg_temp.amc_history_lines', true)`;
          // Two files of one load: the lines go on.
          for (const text of [`a${index}\nb${index}\n`, `c${index}\n`]) {
            await pipeline(
              Readable.from([new TextEncoder().encode(text)]),
              await transaction
                .unsafe(`copy amc_results.${table} (campaign) from stdin`)
                .writable(),
            );
          }
        });
      }
      const rows = await sql`
        select load_id, line::integer, campaign from ${
        sql(`amc_results.${table}`)
      } order by campaign`;
      assert.deepEqual(
        rows.map(({ load_id, line, campaign }) => [
          loads.indexOf(load_id),
          line,
          campaign,
        ]),
        [[0, 1, "a0"], [1, 1, "a1"], [0, 2, "b0"], [1, 2, "b1"], [0, 3, "c0"], [
          1,
          3,
          "c1",
        ]],
      );
    });
  });
});
