import type postgres from "postgres";
import { HEADER } from "./client.ts";
import { Session, withSession } from "./session.ts";

/** The instance, the owner and the workflow of every walk. */
export const INSTANCE = "amcwalk1";
/** When every walk begins. */
export const BEGIN = Date.parse("2025-06-02T12:00:00Z");

/** The weeks of the collection that every walk begins with. */
const WEEKS = 3;
/** The admin, who stays. */
export const OWNER = "a0000000-0000-4000-8000-000000000001";
/** The analyst who starts the collection, and may leave. */
export const ANALYST = "a0000000-0000-4000-8000-000000000002";
/** The zone of another query, in which the newest week is the same. */
const OTHER_ZONE = "Etc/GMT+12";

/** The session in which walks follow each other. */
export class Lane extends Session {
  workflow = "";
  /** Which credential is stored. */
  credential = 0;

  /** Begins a walk. All random numbers of the database follow from the seed. */
  override async begin(seed: number): Promise<void> {
    await super.begin(seed, BEGIN);
    await this.readCredential();
  }

  /** Finds out which credential is stored. */
  async readCredential(): Promise<void> {
    const [{ version }] = await this
      .sql`select credential_version as version from public.amc_instances`;
    this.credential = version;
  }

  /** Stores another credential, if the stored one was refused. */
  async reconnect(): Promise<void> {
    await this
      .sql`update public.amc_instances set paused_until = null, credential_version = credential_version + 1
      where paused_until = 'infinity'`;
    await this.readCredential();
  }

  /** Whether the analyst has not left. */
  async hasAnalyst(): Promise<boolean> {
    const [{ there }] = await this.sql`
      select exists (select from public.amc_instance_members where user_id = ${ANALYST}) as there`;
    return there;
  }

  /** Asks for the newest weeks, for the analyst while there is one. */
  async collect(weeks: number, time_zone = "UTC"): Promise<void> {
    await this.call("start_collection", {
      requested_by: await this.hasAnalyst() ? ANALYST : OWNER,
      instance_id: INSTANCE,
      workflow_id: this.workflow,
      weeks,
      time_zone,
    });
  }

  /** Adds a second collection of the same windows, once: one that came from another system. */
  async collectElsewhere(weeks: number): Promise<void> {
    const imported = await this.sql`
      select from public.report_data_collections where imported_from is not null`;
    if (imported.length > 0) return;
    await this.collect(weeks, OTHER_ZONE);
    await this
      .sql`update public.report_data_collections set time_zone = 'UTC', imported_from = 'legacy'
      where time_zone = ${OTHER_ZONE}`;
  }
}

/** Opens a lane on a database of its own for some work. */
export async function withLane<T>(
  work: (lane: Lane) => Promise<T>,
): Promise<T> {
  return await withSession(async (sql, signatures) => {
    const lane = new Lane(sql, signatures);
    lane.workflow = await prepare(sql);
    await lane.begin(0);
    await lane.collect(WEEKS);
    await sql.unsafe("commit");
    return await work(lane);
  });
}

/** Makes what all walks of a lane share. */
async function prepare(sql: postgres.Sql): Promise<string> {
  await sql`insert into auth.users (id, email, email_confirmed_at) 
    values (${OWNER}, 'owner@walks.test', now()), (${ANALYST}, 'analyst@walks.test', now())`;
  await sql`select amc_history.connect_instance(${INSTANCE}, 'ENTITYWALK', 'ATVPDKIKX0DER', 'NA',
    '{"client_id": "c", "client_secret": "s", "refresh_token": "r"}', 'owner@walks.test')`;
  await sql`insert into public.amc_instance_members (instance_id, user_id, role)
    values (${INSTANCE}, ${ANALYST}, 'analyst')`;
  const [{ id }] = await sql`
    select workflow_id as id
    from public.save_workflow(${INSTANCE}, 'Walk', 'select name, impressions from traffic')`;
  await sql`update public.amc_workflows set saved_at = '2025-01-01', checked_at = '2025-01-01'`;
  await sql`select amc_history.create_result_table(f, ${HEADER.split(",")})
    from public.amc_workflows f where f.id = ${id}`;
  return id;
}
