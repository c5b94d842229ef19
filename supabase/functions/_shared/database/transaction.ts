import type postgres from "postgres";
import type { Sql } from "./sql.ts";

/**
 * As `sql.begin`, for work that does other things between its statements: where it awaits `alive()` it goes no further once
 * the connection is lost. The driver (postgres 3.4.9) would write to a socket that is gone, in a callback of its own, where
 * nobody can catch the error: it would end the process.
 */
export async function inTransaction<T>(
  sql: Sql,
  work: (
    transaction: postgres.TransactionSql,
    alive: () => Promise<void>,
  ) => Promise<T>,
): Promise<T> {
  let lost = false;
  const alive = async () => {
    // What tells of the loss comes in the same turn as the loss.
    await new Promise((turn) => setTimeout(turn, 0));
    if (lost) await new Promise<never>(() => {});
  };
  const done = sql.begin(async (transaction) => {
    try {
      return await work(transaction, alive);
    } catch (error) {
      // Behind this the driver rolls back.
      await alive();
      throw error;
    }
  });
  return await done.catch((error) => {
    lost = true;
    throw error;
  }) as T;
}
