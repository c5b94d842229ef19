import postgres from "postgres";

/**
 * Gives some work a connection of its own, one session that is closed afterwards.
 *
 * @returns what the work returns
 */
export async function connected<T>(
  url: string,
  work: (sql: postgres.Sql) => Promise<T>,
): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}
