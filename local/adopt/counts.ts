import type postgres from "postgres";
import { quoted, type Sql } from "./database.ts";
import type { Finding, Section } from "./report.ts";
import { exists, type FoundTable, type Tables } from "./survey.ts";

/** What the rows of the older tables are like, as far as a later step has to treat them differently. */
export async function countRows(
  tx: postgres.TransactionSql,
  tables: Tables,
): Promise<{ sections: Section[]; notes: Finding[] }> {
  const of = (name: string) =>
    tables.theirs.find((table) => table.name === name);
  const weeks = of("report_data_weeks");
  const collections = of("report_data_collections");
  const executions = of("workflow_executions");
  const users = of("users");
  const notes: Finding[] = [];
  const counted = async (
    title: string,
    counts: [string, (sql: Sql) => Promise<Rows>][],
  ): Promise<Section> => {
    const rows: Rows = [];
    for (const [subject, count] of counts) {
      const found = await alone(tx, count);
      if (Array.isArray(found)) rows.push(...found);
      else notes.push(notCounted(`${title}: ${subject}`, found));
    }
    return { title, rows };
  };
  const ids = idColumns(weeks, executions);
  const sections = [
    await counted(
      "Rows by status, as they are written",
      [weeks, collections, executions].flatMap((table) =>
        table ? [[table.name, (sql) => countStatuses(sql, table)]] : []
      ),
    ),
    await counted(
      "Ids of executions by kind",
      ids.map(([table, column]) => [
        `${table.name}.${column}`,
        (sql) => countIds(sql, table, column, executions),
      ]),
    ),
    await counted(
      "Weeks",
      weeks ? [[weeks.name, (sql) => countWeeks(sql, weeks, collections)]] : [],
    ),
    await counted(
      "Collections",
      collections
        ? [[collections.name, (sql) => countCollections(sql, collections)]]
        : [],
    ),
    await counted(
      "Users, by the account of the same address",
      users ? [[users.name, (sql) => countUsers(sql, users)]] : [],
    ),
  ];
  return { sections: sections.filter(({ rows }) => rows.length > 0), notes };
}

/** Counts in a part of a transaction. @returns what was counted, or Postgres' error, after which the transaction goes on */
async function alone<T>(
  tx: postgres.TransactionSql,
  count: (sql: Sql) => Promise<T>,
): Promise<T | postgres.PostgresError> {
  try {
    return await tx.savepoint(count) as T;
  } catch (error) {
    if ((error as { code?: string }).code === undefined) throw error;
    return error as postgres.PostgresError;
  }
}

function notCounted(
  subject: string,
  { code, message }: postgres.PostgresError,
): Finding {
  return {
    code: "not_counted",
    subject,
    words: `It could not be counted. Postgres says: ${message} (${code})`,
    remedy: null,
  };
}

type Rows = Section["rows"];

/** The qualified name of a table. */
export function fullName({ schema, name }: FoundTable): string {
  return `${quoted(schema)}.${quoted(name)}`;
}

async function countStatuses(sql: Sql, table: FoundTable): Promise<Rows> {
  const rows = await sql.unsafe(
    `select '${table.name}' as "table", status::text, count(*)::int as rows from ${
      fullName(table)
    } group by 2 order by 3 desc, 2`,
  );
  return [...rows] as Rows;
}

/** The internal ids: those of execution rows, and the older service's own names of executions. */
function internalIds(executions: FoundTable | undefined): string {
  if (!executions) return "select null::text as id where false";
  const from = fullName(executions);
  return `select id::text from ${from} union select execution_id::text from ${from}`;
}

const UUID = "'^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'";

function idColumns(
  weeks: FoundTable | undefined,
  executions: FoundTable | undefined,
): [FoundTable, string][] {
  const columns: [FoundTable | undefined, string][] = [
    [weeks, "execution_id"],
    [weeks, "workflow_execution_id"],
    [weeks, "amc_execution_id"],
    [executions, "amc_execution_id"],
  ];
  return columns.flatMap(([table, column]) =>
    table?.columns.has(column) ? [[table, column]] : []
  );
}

async function countIds(
  sql: Sql,
  table: FoundTable,
  column: string,
  executions: FoundTable | undefined,
): Promise<Rows> {
  const rows = await sql.unsafe(`
      with internal as materialized (${internalIds(executions)})
      select '${table.name}.${column}' as "column", case
          when t.${column} is null then 'none'
          when i.id is not null then 'theirs'
          when t.${column}::text !~ '^[A-Za-z0-9_-]{3,128}$'
            or lower(t.${column}::text) in ('null', 'none', 'nan', 'undefined', 'unknown') then 'nonsense'
          when '${column}' = 'amc_execution_id' then 'AMC''s'
          when t.${column}::text ~ ${UUID} then 'theirs, of a row that is gone'
          else 'only AMC''s list can say' end as ids, count(*)::int as rows
        from ${
    fullName(table)
  } t left join internal i on i.id = t.${column}::text
       group by 1, 2 order by 1, 2`);
  return [...rows] as Rows;
}

async function countWeeks(
  sql: Sql,
  weeks: FoundTable,
  collections: FoundTable | undefined,
): Promise<Rows> {
  const aligned = collections?.columns.has("start_date")
    ? `left join ${fullName(collections)} c on c.id = w.collection_id`
    : "left join (select null::uuid as id, null::date as start_date) c on false";
  const [found] = await sql.unsafe(`
    select count(*)::int as weeks,
           count(*) filter (where w.week_end_date - w.week_start_date < 6)::int as shorter,
           count(*) filter (where w.week_end_date - w.week_start_date > 6)::int as longer,
           count(*) filter (where (w.week_start_date - c.start_date::date) % 7 <> 0)::int as off_grid,
           (select coalesce(sum(n - 1), 0)::int from (select count(*) as n from ${
    fullName(weeks)
  } group by collection_id, week_start_date) g) as twice,
           min(w.week_start_date)::text as first, max(w.week_end_date)::text as last
      from ${fullName(weeks)} w ${aligned}`);
  return [{
    weeks: found.weeks,
    "shorter than seven days": found.shorter,
    longer: found.longer,
    "beside their collection's weeks": found.off_grid,
    "a second time": found.twice,
    first: found.first,
    last: found.last,
  }];
}

async function countCollections(
  sql: Sql,
  collections: FoundTable,
): Promise<Rows> {
  const has = (...names: string[]) =>
    names.every((name) => collections.columns.has(name));
  const range = has("start_date", "end_date");
  const [found] = await sql.unsafe(`
    select count(*)::int as collections,
           ${
    range
      ? "count(*) filter (where (end_date::date - start_date::date + 1) % 7 <> 0)::int"
      : "null::int"
  } as ragged,
           ${
    range
      ? "count(distinct extract(isodow from start_date::date))::int"
      : "null::int"
  } as weekdays,
           ${
    range && has("workflow_id", "instance_id")
      ? "(count(*) - count(distinct (workflow_id, instance_id, start_date, end_date)))::int"
      : "null::int"
  } as twice
      from ${fullName(collections)}`);
  return [{
    collections: found.collections,
    "not a whole number of weeks": found.ragged,
    "first weekdays": found.weekdays,
    "same query and dates as another": found.twice,
  }];
}

async function countUsers(sql: Sql, users: FoundTable): Promise<Rows> {
  if (!await exists(sql, "auth.users")) return [];
  const rows = await sql.unsafe(`
    select case
        when u.email is null or btrim(u.email) = '' then 'no address'
        when a.confirmed = 1 then 'one confirmed account'
        when a.confirmed > 1 then 'several confirmed accounts'
        when a.accounts > 0 then 'an account that is not confirmed'
        else 'no account' end as account, count(*)::int as users
      from ${fullName(users)} u
      left join (
        select lower(a.email) as email, count(*) as accounts,
               count(*) filter (where a.email_confirmed_at is not null) as confirmed
          from auth.users a where a.deleted_at is null group by 1) a on a.email = lower(btrim(u.email))
     group by 1 order by 1`);
  return [...rows] as Rows;
}
