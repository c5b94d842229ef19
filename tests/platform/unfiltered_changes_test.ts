import { deepEqual } from "node:assert/strict";
import { unfilteredChanges } from "../../local/platform/api/safe_update.ts";
import { connected } from "../support/connected.ts";
import { withDatabase } from "../support/with_database.ts";

Deno.test("no function of the project changes rows without a filter: hosted projects refuse that through the API", async () => {
  await withDatabase(({ url }) =>
    connected(url, async (sql) => {
      const functions = await sql`
        select p.oid::regprocedure::text as name,
          coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) as body
        from pg_proc p
        where p.pronamespace in ('public'::regnamespace, 'amc_history'::regnamespace)
          and p.prolang in (select oid from pg_language where lanname in ('sql', 'plpgsql'))
        order by 1`;
      const changing = functions.filter(({ body }) =>
        /\b(update|delete from)\b/.test(body)
      );
      deepEqual(changing.length > 20, true);
      deepEqual(
        functions.flatMap(({ name, body }) =>
          unfilteredChanges(body).map((change) => `${name}: ${change}`)
        ),
        [],
      );
    })
  );
});

Deno.test("a change without a WHERE of its own is found", () => {
  for (
    const change of [
      "update t set a = 1",
      "delete from t",
      "DELETE\nFROM public.t returning id",
      "update only t set a = (select b from u where u.id = 1)",
      "update t set a = u.a from u join v on v.id = u.id",
      "delete from t using u returning case when a then 1 end",
      'update "where" set a = 1',
      "update t set a = 'where' -- where\n",
      "update t set a = $x$ where $x$ /* where */",
    ]
  ) {
    const found = [change.slice(0, 60).replace(/\s+/g, " ")];
    const within = (body: string) =>
      unfilteredChanges(body).map((text) => text.slice(0, 11));
    const start = found.map((text) => text.slice(0, 11));
    deepEqual(within(change), start, change);
    deepEqual(
      within(`begin\nif a then ${change}; end if;\nselect 1 where true; end`),
      start,
    );
    deepEqual(
      within(`with d as (${change}\n) select * from d where true`),
      start,
    );
    deepEqual(
      within(`execute format('${change.replaceAll("'", "''")}') using a`),
      start,
    );
  }
  deepEqual(
    unfilteredChanges(
      "for r in delete from a returning id loop update b set x = 1 where b.id = r.id; end loop;",
    ).length,
    1,
  );
});

Deno.test("a change with a WHERE, and what is no change, is not", () => {
  for (
    const statement of [
      "update t set a = 1 where id = 1",
      "delete from t using u where t.id = u.id",
      "with d as (delete from t where a returning *) select * from d",
      "execute format('delete from %I where id = $1', name) using id",
      "select * from t for update",
      "select * from t for no key update skip locked",
      "insert into t values (1) on conflict (a) do update set a = 2",
      "create trigger x before update or delete on t",
      "create trigger x before insert or update of a on t",
      "grant select, update, delete on t to anon",
      "alter table t add foreign key (a) references u on update cascade on delete cascade",
      "raise exception 'Expected to delete from a table, or to update it.'",
      "-- update t set a = 1\nselect 1",
    ]
  ) deepEqual(unfilteredChanges(statement), [], statement);
});
