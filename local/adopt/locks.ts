import type postgres from "postgres";
import type { Context } from "./context.ts";
import { STATE_SCHEMA } from "./database.ts";

/** A lock was not granted in time, or two waited for each other. Nothing was changed. */
const TRY_AGAIN = ["55P03", "40P01"];
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 10_000;

/** The locks were not had in any of the tries. */
export class NoMoment extends Error {}

/** What is to be done under the tables' locks. */
export interface LockedWork {
  /** Oids, in the order in which writers take them. */
  relations: string[];
  /** Readers wait for an access exclusive lock alone, those who write for both. */
  mode: "access exclusive" | "share row exclusive";
  /** Run under the locks; an error of one ends the work, and nothing was changed. */
  statements: string[];
}

/**
 * Does work under locks of tables in use: in one short transaction that waits for its locks for less than a second,
 * tried again after a pause, so that those who write meanwhile get on.
 *
 * @throws NoMoment with who held the tables, after the last try
 */
export async function underLocks(
  { sql, lockWaitMs, tries, pause, say }: Context,
  { relations, mode, statements }: LockedWork,
): Promise<void> {
  if (statements.length === 0) return;
  let longest = FIRST_PAUSE_MS;
  for (let attempt = 1;; attempt++) {
    try {
      // One statement, which is its own transaction: nothing is held between two messages.
      await sql.unsafe(
        `select ${STATE_SCHEMA}.run_locked(array(select json_array_elements_text(($1::text)::json))::oid[],
           array(select json_array_elements_text(($2::text)::json)), $3, $4::int)`,
        [
          JSON.stringify(relations),
          JSON.stringify(statements),
          mode,
          lockWaitMs,
        ],
      );
      return;
    } catch (error) {
      if (!TRY_AGAIN.includes((error as { code?: string }).code ?? "")) {
        throw error;
      }
      const holders = await holdersOf(sql, relations);
      if (attempt >= tries) throw new NoMoment(noMoment(attempt, holders));
      say(`Try ${attempt} of ${tries}: the tables are in use. ${holders}`);
      await pause(longest * (0.5 + Math.random() / 2));
      longest = Math.min(longest * 1.5, LONGEST_PAUSE_MS);
    }
  }
}

function noMoment(tries: number, holders: string): string {
  return `The tables were in use at each of ${tries} tries, and nothing was changed. ${holders} ` +
    "Call it again, at an hour with less to do; or end what has held them for long, as select pg_terminate_backend(pid).";
}

/** Who holds locks of tables now, the oldest transaction first. */
async function holdersOf(
  sql: postgres.Sql,
  relations: string[],
): Promise<string> {
  const holders = await sql.unsafe(
    `select distinct on (a.xact_start, a.pid) a.pid, coalesce(nullif(a.application_name, ''), a.backend_type) as program,
            extract(epoch from clock_timestamp() - a.xact_start)::int as seconds
       from pg_locks l join pg_stat_activity a on a.pid = l.pid
      where l.granted and l.pid <> pg_backend_pid() and l.relation = any (array(
        select json_array_elements_text(($1::text)::json))::oid[])
      order by a.xact_start, a.pid limit 3`,
    [JSON.stringify(relations)],
  );
  if (holders.length === 0) return "Who held them has ended.";
  return `They are held by ${
    holders.map(({ pid, program, seconds }) =>
      `pid ${pid} (${program}, for ${seconds ?? "?"} s)`
    ).join(", ")
  }.`;
}
