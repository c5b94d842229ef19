import type postgres from "postgres";
import { LEGACY_SCHEMA, type Sql, sqlFile, STATE_SCHEMA } from "./database.ts";

/** Makes the schema of the adoption's own, or what is missing of it. */
export async function makeState(sql: postgres.Sql): Promise<void> {
  const text = await sqlFile("state") + await sqlFile("drop_ours");
  await sql.begin((tx) => tx.unsafe(text));
}

/** Whether a step of the adoption has made its schema. */
export async function hasState(sql: Sql): Promise<boolean> {
  const [{ there }] = await sql.unsafe(
    "select to_regclass($1) is not null as there",
    [`${STATE_SCHEMA}.doors`],
  );
  return there;
}

/** Notes that a step changed something. */
export async function noteStep(
  sql: Sql,
  step: string,
  detail: Record<string, unknown>,
): Promise<void> {
  await sql.unsafe(
    `insert into ${STATE_SCHEMA}.steps (step, detail) values ($1, ($2::text)::jsonb)`,
    [step, JSON.stringify(detail)],
  );
}

/** A table or a view that the second door shows. */
export interface Door {
  relation: string;
  name: string;
  moves: boolean;
  countedSince: Date | null;
}

/** What the second door shows, as far as it still is there. */
export async function doors(sql: Sql): Promise<Door[]> {
  if (!await hasState(sql)) return [];
  const rows = await sql.unsafe(`
    select d.relation::text, d.name, d.moves, d.counted_since
      from ${STATE_SCHEMA}.doors d join pg_class c on c.oid = d.relation order by d.name`);
  return rows.map((row) => ({
    relation: row.relation,
    name: row.name,
    moves: row.moves,
    countedSince: row.counted_since,
  }));
}

/** A table that has moved, under the name that it has now. */
export interface MovedTable {
  oid: string;
  name: string;
}

/** What has moved and has not come back, whatever its shape is by now. */
export async function movedTables(sql: Sql): Promise<MovedTable[]> {
  const rows = await sql.unsafe(`
    select c.oid::text, c.relname::text as name
      from ${STATE_SCHEMA}.doors d
      join pg_class c on c.oid = d.relation and c.relnamespace = to_regnamespace('${LEGACY_SCHEMA}')
     where d.moves order by c.relname`);
  return [...rows] as unknown as MovedTable[];
}

const ROLLED_UP_AT_ONCE = 10_000;

/** Makes one row of each finished day's statements that went past the door, some thousands at a time. */
export async function rollUpWrites(sql: postgres.Sql): Promise<void> {
  for (let left = true; left;) {
    left = await rollUpSome(sql);
  }
}

async function rollUpSome(sql: postgres.Sql): Promise<boolean> {
  const [{ taken }] = await sql.unsafe(`
    with finished as (
      delete from ${STATE_SCHEMA}.public_writes where ctid = any (array(
        select w.ctid from ${STATE_SCHEMA}.public_writes w
         where w.at < date_trunc('day', clock_timestamp() at time zone 'UTC') at time zone 'UTC'
         order by w.at limit ${ROLLED_UP_AT_ONCE}))
      returning *
    ), counted as (
    insert into ${STATE_SCHEMA}.public_writes_by_day as d
    select (at at time zone 'UTC')::date, relation, statement, coalesce(role, ''),
           coalesce(nullif(agent, ''), application, ''), count(*), max(at)
      from finished group by 1, 2, 3, 4, 5
    on conflict (day, relation, statement, role, program) do update
      set statements = d.statements + excluded.statements, last_at = greatest(d.last_at, excluded.last_at)
    )
    select count(*)::int as taken from finished`);
  return taken > 0;
}

/** Who wrote to the older tables past the second door, newest day first. */
export async function writesPastTheDoor(sql: Sql) {
  const rows = await sql.unsafe(`
    select day::text as "day (UTC)", relation as "table", statement, role, program, sum(statements)::int as statements,
           max(last_at)::text as "last at"
      from (
        select (at at time zone 'UTC')::date as day, relation, statement, coalesce(role, '') as role,
               coalesce(nullif(agent, ''), application, '') as program, 1 as statements, at as last_at
          from ${STATE_SCHEMA}.public_writes
        union all select * from ${STATE_SCHEMA}.public_writes_by_day) w
     group by 1, 2, 3, 4, 5 order by 1 desc, 2, 3, 4, 5`);
  return [...rows] as Record<string, string | number>[];
}
