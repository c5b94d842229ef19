import postgres from "postgres";

/** By this name the sessions of a test are known, which no fault is aimed at. */
export const OBSERVER = "observer";

/**
 * Opens one session of a test. It looks up no types of arrays: the driver (postgres.js 3.4.9) does that where nobody can catch
 * what goes wrong.
 *
 * @param name its application_name
 */
export function openSession(url: string, name = OBSERVER): postgres.Sql {
  return postgres(url, {
    max: 1,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: name },
  });
}

/**
 * Gives some work a session of its own, which is closed afterwards.
 *
 * @returns what the work returns
 */
export async function withSession<T>(
  url: string,
  work: (sql: postgres.Sql) => Promise<T>,
): Promise<T> {
  const sql = openSession(url);
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}
