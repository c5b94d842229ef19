import postgres from "postgres";
import {
  type TestDatabase,
  withDatabase,
} from "../../support/with_database.ts";
import { setClock } from "./sessions.ts";

/** When the tests' clocks begin. */
export const BEGIN = Date.parse("2025-06-02T12:00:00Z");

/** An instant so many seconds after the beginning. */
export function after(seconds: number): string {
  return new Date(BEGIN + seconds * 1000).toISOString();
}

/** Who owns the collections. */
export const OWNER = "a0000000-0000-4000-8000-000000000001";

/** A database with an owner, and a session of the role postgres that sets things up. */
export interface Harness {
  database: TestDatabase;
  sql: postgres.Sql;
}

/**
 * Gives some work a database in which a deadlock shows at once, with an owner, and a session of the role postgres whose clock
 * shows the beginning.
 */
export async function withHarness<T>(
  work: (harness: Harness) => Promise<T>,
): Promise<T> {
  return await withDatabase(async (database) => {
    const admin = postgres(database.adminUrl, { max: 1, onnotice: () => {} });
    await admin.unsafe(
      `alter database "${database.name}" set deadlock_timeout = '20ms'`,
    );
    await admin.end({ timeout: 5 });
    const sql = postgres(database.url, { max: 1, onnotice: () => {} });
    try {
      await sql`insert into auth.users (id, email, email_confirmed_at) values (${OWNER}, 'owner@concurrency.test', now())`;
      await setClock(sql, after(0));
      return await work({ database, sql });
    } finally {
      await sql.end({ timeout: 5 });
    }
  });
}

/** A harness that the tests of a file share: opened before the first and closed after the last. */
export function sharedHarness(): () => Harness {
  let harness: Harness | null = null;
  let close = () => {};
  let closed: Promise<void>;
  Deno.test.beforeAll(() =>
    new Promise<void>((opened, failed) => {
      closed = withHarness((made) => {
        harness = made;
        opened();
        return new Promise<void>((end) => (close = end));
      });
      closed.catch(failed);
    })
  );
  Deno.test.afterAll(async () => {
    close();
    await closed;
  });
  return () => harness!;
}

/** Removes what tests added, and sets the clock back to the beginning. */
export async function clear(sql: postgres.Sql): Promise<void> {
  await setClock(sql, after(0));
  await sql`delete from public.report_data_collections`;
  await sql`delete from public.amc_instances`;
  await sql`delete from public.tracking_alerts`;
}

/** Adds an instance whose matcher is proved, and whose credential was tried. */
export async function addInstance(
  sql: postgres.Sql,
  id: string,
  maxParallel = 10,
): Promise<void> {
  await sql`select amc_history.connect_instance(${id}, 'ENTITYTEST', 'ATVPDKIKX0DER', 'NA',
    '{"client_id": "c", "client_secret": "s", "refresh_token": "r"}', 'owner@concurrency.test')`;
  await sql`update public.amc_instances set max_parallel = ${maxParallel},
    matcher_proved_at = amc_history.clock_now(), credential_try_at = null where id = ${id}`;
}

/**
 * Adds a surveyed collection of the newest weeks, whose query is checked and whose data AMC keeps: they are due at once.
 *
 * @param weeks 1 to 60
 * @param name of its workflow: another name is another workflow
 * @returns the collection's id
 */
export async function addCollection(
  sql: postgres.Sql,
  instance: string,
  weeks: number,
  name = "Weekly",
): Promise<string> {
  const query = `select '${name}' as name from sponsored_ads_traffic`;
  const [{ workflow }] = await sql`
    select (public.save_workflow(${instance}, ${name}, ${query})).workflow_id as workflow`;
  await sql`update public.amc_workflows set checked_at = amc_history.clock_now(), retention_months = 120
    where id = ${workflow}`;
  const [{ made }] = await sql`
    select public.start_collection(${OWNER}, ${instance}, ${workflow}, ${weeks}) ->> 'collection_id' as made`;
  await sql`update public.report_data_weeks set surveyed_at = amc_history.clock_now() where collection_id = ${made}`;
  return made;
}
