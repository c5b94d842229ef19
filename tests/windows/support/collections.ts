import postgres from "postgres";
import { connected } from "../../support/connected.ts";
import { withDatabase } from "../../support/with_database.ts";
import { NOW } from "./calendar.ts";

const OWNER = "a0000000-0000-4000-8000-000000000001";
const INSTANCE = "amcwindows1";

/** The arguments of start_collection. */
export interface Asked {
  weeks?: number;
  start_date?: string;
  end_date?: string;
  week_starts_on?: string;
  time_zone: string;
}

/** A week as the database returns it. */
export interface Week {
  week_start_date: string;
  week_end_date: string;
}

/** A window as a worker sends it to AMC, with the instants that the database makes of it. */
export interface Window {
  time_window_start: string;
  time_window_end: string;
  time_zone: string;
  starts_at: Date;
  ends_at: Date;
}

/** The database's own functions, and weeks made by hand. */
export class Collections {
  constructor(
    private readonly sql: postgres.Sql,
    private readonly workflow: string,
  ) {}

  /** Makes a collection for some work, and rolls everything back. */
  async during<T>(
    asked: Asked,
    work: (weeks: Week[], id: string) => Promise<T>,
    now = NOW,
  ): Promise<T> {
    await this.sql.unsafe("begin");
    try {
      await this.sql`select set_config('amc_history.clock', ${now}, true)`;
      const { collection_id, weeks } = await this.#create(asked);
      return await work(weeks, collection_id);
    } finally {
      await this.sql.unsafe("rollback");
    }
  }

  /** The code with which a request is refused, or null. */
  async refusal(asked: Asked): Promise<string | null> {
    try {
      return await this.during(asked, () => Promise.resolve(null));
    } catch (error) {
      return (error as postgres.PostgresError).detail ?? null;
    }
  }

  async #create(asked: Asked) {
    const { weeks, start_date, end_date, week_starts_on, time_zone } = asked;
    const [{ made }] = await this.sql`
      select public.start_collection(${OWNER}, ${INSTANCE}, ${this.workflow}, weeks => ${
      weeks ?? null
    }, start_date => ${start_date ?? null}, end_date => ${
      end_date ?? null
    }, week_starts_on => ${
      week_starts_on ?? null
    }, time_zone => ${time_zone}) as made`;
    return made as { collection_id: string; weeks: Week[] };
  }

  /** Claims all weeks, some at a time, in the order in which workers get them. */
  async claimAll(claimSize: number): Promise<Window[]> {
    await this
      .sql`update public.report_data_weeks set surveyed_at = amc_history.clock_now()`;
    const windows: Window[] = [];
    while (true) {
      const claimed = await this.sql`
        select c.time_window_start, c.time_window_end, c.time_zone,
          c.time_window_start::timestamp at time zone c.time_zone as starts_at,
          c.time_window_end::timestamp at time zone c.time_zone as ends_at
        from public.claim_due_weeks(${claimSize}) with ordinality c order by c.ordinality`;
      if (claimed.length === 0) return windows;
      windows.push(...claimed as unknown as Window[]);
    }
  }

  async deleteWeek(collection: string, start: string): Promise<void> {
    await this.sql`delete from public.report_data_weeks
      where collection_id = ${collection} and week_start_date = ${start}`;
  }

  /** The constraint that refuses a week made by hand, or null if it is accepted. */
  addWeek(collection: string, week: Week): Promise<string | null> {
    return this.#try(this.sql`
      insert into public.report_data_weeks (collection_id, week_start_date, week_end_date)
      values (${collection}, ${week.week_start_date}, ${week.week_end_date})`);
  }

  /** The constraint that refuses to move a week, or null if it is moved. */
  moveWeek(
    collection: string,
    start: string,
    to: Week,
  ): Promise<string | null> {
    return this.#try(this.sql`
      update public.report_data_weeks
      set week_start_date = ${to.week_start_date}, week_end_date = ${to.week_end_date}
      where collection_id = ${collection} and week_start_date = ${start}`);
  }

  /** Runs a query and rolls it back. */
  async #try(query: postgres.PendingQuery<postgres.Row[]>) {
    await this.sql.unsafe("savepoint apart");
    try {
      await query;
      return null;
    } catch (error) {
      return (error as postgres.PostgresError).constraint_name ?? String(error);
    } finally {
      await this.sql.unsafe("rollback to apart");
    }
  }
}

/** Opens a database of its own for some work, with an instance that takes many weeks at once. */
export async function withCollections(
  work: (collections: Collections) => Promise<void>,
): Promise<void> {
  await withDatabase(({ url }) =>
    connected(url, async (sql) => {
      await sql`insert into auth.users (id, email, email_confirmed_at) values (${OWNER}, 'owner@windows.test', now())`;
      await sql`select amc_history.connect_instance(${INSTANCE}, 'ENTITYWINDOWS', 'ATVPDKIKX0DER', 'NA',
        '{"client_id": "c", "client_secret": "s", "refresh_token": "r"}', 'owner@windows.test')`;
      await sql`update public.amc_instances set max_parallel = 100`;
      await sql`update amc_history.allowances set retention_months = 1200`;
      const [{ id }] = await sql`
        select workflow_id as id
        from public.save_workflow(${INSTANCE}, 'Windows', 'select name from traffic')`;
      await sql`update public.amc_workflows set checked_at = now()`;
      await work(new Collections(sql, id));
    })
  );
}
