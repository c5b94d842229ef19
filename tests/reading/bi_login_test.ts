import assert from "node:assert/strict";
import postgres from "postgres";
import { type TestDatabase, withDatabase } from "../support/with_database.ts";
import { addYears, type Years } from "./support/years.ts";
import { eventually } from "../support/eventually.ts";

// What a BI tool runs over a connection of its own, and what it cannot.

Deno.test("a BI login finds what it may read in the catalogue, as BI tools look for it", async () => {
  await withLogin(async ({ login, years }) => {
    const [mine, other] = years;
    assert.deepEqual(
      await texts(
        login`
        select table_name from information_schema.tables where table_schema = 'public' order by table_name`,
      ),
      [
        mine.raw,
        other.raw,
        mine.series,
        other.series,
        "report_data_collections",
        "report_data_weeks",
        mine.results,
        other.results,
        "result_loads",
        "workflow_executions",
      ].sort(),
      "information_schema lists what it may read",
    );
    // As Metabase and Npgsql (Power BI) read the catalogue.
    const columns = await login`
      select a.attname, format_type(a.atttypid, a.atttypmod) as type, col_description(c.oid, a.attnum)
      from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      join pg_catalog.pg_attribute a on a.attrelid = c.oid
      where n.nspname = 'public' and c.relname = ${mine.results} and a.attnum > 0 and not a.attisdropped
        and has_table_privilege(c.oid, 'select')`;
    assert.equal(
      columns.find(({ attname }) => attname === "spend")?.type,
      "numeric",
    );
    await login`
      select t.typname, r.rngsubtype from pg_catalog.pg_type t left join pg_catalog.pg_range r on r.rngtypid = t.oid`;
  });
});

Deno.test("a BI login sums the rows of its instances, of workflows to come too, and joins them with weeks", async () => {
  await withLogin(async ({ login, owner, years, name }) => {
    const [mine, other] = years;
    assert.deepEqual(
      await login`
        select date_trunc('month', week_start_date)::date::text as month, sum(spend)::text as spend
        from ${login(mine.results)} group by 1 order by 1`.then(plain),
      [{ month: "2025-01-01", spend: "80" }, {
        month: "2025-02-01",
        spend: "20",
      }],
      "sums by month",
    );
    assert.deepEqual(
      await login`
        select w.week_start_date::text as week, w.status, coalesce(sum(r.spend), 0)::text as spend
        from public.report_data_weeks w left join ${
        login(mine.results)
      } r on r.week_id = w.id
        group by 1, 2 order by 1 limit 1`.then(plain),
      [{ week: "2025-01-06", status: "completed", spend: "20" }],
      "a join with the weeks",
    );
    assert.deepEqual(
      await texts(login`select distinct instance_id from report_data_weeks`),
      [mine.instance],
    );
    assert.equal(await count(login, other.results), 0, "rows of another one");
    const [later] = await addYears(owner, [mine.instance], "Later");
    assert.equal(await count(login, later.results), 10, "a new workflow");
    await owner`
      insert into amc_history.bi_logins (login, instance_id) values (${name}, ${other.instance})`;
    assert.equal(await count(login, other.results), 10, "an instance more");
    await owner`delete from amc_history.bi_logins where login = ${name}`;
    assert.equal(await count(login, mine.results), 0, "none any more");
  });
});

Deno.test("a BI login writes nothing and sees nothing else, whatever it sets", async () => {
  await withLogin(async ({ login, years: [mine, other] }) => {
    const [{ read_only, timeout }] = await login`
      select current_setting('default_transaction_read_only') as read_only, current_setting('statement_timeout') as timeout`;
    assert.deepEqual([read_only, timeout], ["on", "1min"]);
    await refused(login, "create table public.mine (a int)", "25006");
    await login`set default_transaction_read_only = off`;
    for (
      const statement of [
        "create table public.mine (a int)",
        "update public.report_data_weeks set status = 'failed'",
        "delete from public.report_data_weeks",
        "insert into public.result_loads default values",
        "select created_by from public.report_data_collections",
        "select * from public.amc_instances",
        "select * from public.tracking_alerts",
        "select * from public.amc_workflows",
        "select * from amc_history.bi_logins",
        "select * from amc_history.allowances",
        "select amc_history.is_operator()",
        "select amc_history.instances_of_login()",
        "select amc_history.create_bi_login('another', array['amcone'])",
        `select * from amc_results.${mine.results.replace("results_", "")}`,
        "select * from vault.decrypted_secrets",
        "select * from auth.users",
        "select auth.uid()",
        "select * from cron.job",
        "select public.week_rows(gen_random_uuid())",
        "select * from public.claim_due_weeks(1, 60)",
        "select public.health_report()",
        "set role authenticated",
        "set role service_role",
        "set role postgres",
        "set session authorization postgres",
      ]
    ) {
      await refused(login, statement, "42501");
    }
    for (const role of ["service_role", "authenticated", "postgres"]) {
      const claims = JSON.stringify({ role, sub: mine.member });
      await login`select set_config('request.jwt.claims', ${claims}, false)`;
      assert.equal(await count(login, mine.results), 10, `claims of ${role}`);
      assert.equal(await count(login, other.results), 0, `claims of ${role}`);
    }
  });
});

Deno.test("a BI login that may name the tables too sees its instances' rows in them alone", async () => {
  await withLogin(async ({ login, owner, name, years: [mine, other] }) => {
    await owner`grant usage on schema amc_results to ${owner(name)}`;
    const table = ({ results }: Years) =>
      results.replace("results_", "amc_results.");
    assert.equal(await count(login, table(mine)), 10);
    assert.equal(await count(login, table(other)), 0);
    await owner`revoke usage on schema amc_results from ${owner(name)}`;
  });
});

Deno.test("a BI login that was dropped is gone with its sessions, and no other role is dropped", async () => {
  await withLogin(async ({ login, owner, name, loginUrl, years: [mine] }) => {
    assert.equal(await count(login, mine.results), 10);
    const drop = async (role: string) => {
      const [{ dropped }] = await owner`
        select amc_history.drop_bi_login(${role}) as dropped`;
      return dropped;
    };
    for (const role of ["authenticator", "postgres", "amc_history_reader"]) {
      assert.equal(await drop(role), false, role);
    }
    const [{ pid }] = await login`select pg_backend_pid() as pid`;
    await login.unsafe("begin read write; select lo_create(0); commit");
    // As if its instances were gone.
    await owner`delete from amc_history.bi_logins where login = ${name}`;
    assert.equal(await drop(name), true);
    assert.equal(await drop(name), false);
    await eventually(
      "the end of its session",
      async () =>
        (await owner`select from pg_stat_activity where pid = ${pid}`)
          .length === 0,
    );
    const again = postgres(loginUrl, { max: 1 });
    await assert.rejects(again`select 1`, { code: "28P01" });
    await again.end();
  });
});

interface Login {
  name: string;
  loginUrl: string;
  /** A session of the login, which reads the first of the instances. */
  login: postgres.Sql;
  /** A session of postgres. */
  owner: postgres.Sql;
  years: Years[];
}

async function withLogin(work: (login: Login) => Promise<void>) {
  await withDatabase(async (database: TestDatabase) => {
    const owner = postgres(database.url, { max: 1, onnotice: () => {} });
    const name = `bi_${database.name}`;
    let login: postgres.Sql | undefined;
    try {
      const years = await addYears(owner, ["amcone", "amctwo"], "Weekly");
      const [{ password }] = await owner`
        select * from amc_history.create_bi_login(${name}, array['amcone'])`;
      // Of which the other one sees nothing.
      await owner`
        select amc_history.create_bi_login(${`${name}_2`}, array['amctwo'])`;
      const url = new URL(database.url);
      [url.username, url.password] = [name, password];
      login = postgres(url.href, { max: 1, onnotice: () => {} });
      await work({ name, loginUrl: url.href, login, owner, years });
    } finally {
      await login?.end({ timeout: 5 });
      await owner`
        select amc_history.drop_bi_login(login) from unnest(array[${name}, ${`${name}_2`}]) login`;
      await owner.end({ timeout: 5 });
    }
  });
}

async function refused(sql: postgres.Sql, statement: string, code: string) {
  await assert.rejects(sql.unsafe(statement), { code }, statement);
}

async function count(sql: postgres.Sql, view: string): Promise<number> {
  const [{ n }] = await sql`select count(*)::int as n from ${sql(view)}`;
  return n;
}

/** The first column of what a query answers. */
async function texts(query: Promise<postgres.Row[]>): Promise<string[]> {
  return (await query).map((row) => Object.values(row)[0]);
}

function plain(rows: postgres.Row[]): postgres.Row[] {
  return rows.map((row) => ({ ...row }));
}
