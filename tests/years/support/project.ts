import assert from "node:assert/strict";
import type postgres from "postgres";
import { Amc } from "../../walks/support/amc.ts";
import { HEADER } from "../../walks/support/client.ts";
import { Session, type Signatures } from "../../walks/support/session.ts";
import { Worker } from "../../walks/support/worker.ts";

/** The instance on which everything is collected. */
export const INSTANCE = "amcyears1";
const MINUTE_MS = 60_000;
/** More calls than a tick makes. */
const ALL_CALLS = 5_000;
/** Minutes until the next tick, until everything has settled. */
const LATER = [20, 10, 10, 20, 60, 60, 120];

/** The members of the instance: an admin and two analysts. */
export const MEMBERS = {
  owner: "a0000000-0000-4000-8000-000000000001",
  ann: "a0000000-0000-4000-8000-000000000002",
  bob: "a0000000-0000-4000-8000-000000000003",
};
/** A name in {@link MEMBERS}. */
export type Member = keyof typeof MEMBERS;

/** A week with its collection's query version and what it shows. */
export interface YearWeek {
  id: string;
  collection_id: string;
  workflow_id: string;
  start: string;
  end: string;
  status: string;
  execution_id: string | null;
  added_at: Date;
}

/** A project with its schedule, its workers and its AMC, in one session whose clock the test moves. */
export class Project extends Session {
  /** Which credential is stored. */
  credential = 0;
  /** What happened, for whoever looks why a test fails. */
  readonly trace: string[] = [];

  /** @param amc which goes on, whichever database knows of it */
  constructor(
    sql: postgres.Sql,
    signatures: Signatures,
    readonly amc: Amc,
  ) {
    super(sql, signatures);
  }

  /** Begins a transaction at AMC's time. All random numbers of the database follow from the seed. */
  async open(seed = 1): Promise<void> {
    await this.begin(seed, this.amc.now);
    const [{ version }] = await this
      .sql`select coalesce(max(credential_version), 0) as version from public.amc_instances`;
    this.credential = version;
  }

  /** Makes the instance with its members. */
  async arrange(): Promise<void> {
    await this.asPostgres(async () => {
      for (const [name, id] of Object.entries(MEMBERS)) {
        await this.sql`insert into auth.users (id, email, email_confirmed_at)
          values (${id}, ${`${name}@years.test`}, now())`;
      }
      await this
        .sql`select amc_history.connect_instance(${INSTANCE}, 'ENTITYYEAR', 'ATVPDKIKX0DER', 'NA',
        '{"client_id": "c", "client_secret": "s", "refresh_token": "r"}', 'owner@years.test')`;
      await this
        .sql`insert into public.amc_instance_members (instance_id, user_id, role)
        values (${INSTANCE}, ${MEMBERS.ann}, 'analyst'), (${INSTANCE}, ${MEMBERS.bob}, 'analyst')`;
      await this
        .sql`update public.amc_instances set matcher_proved_at = '2025-01-01', credential_version = 1
        where id = ${INSTANCE}`;
    });
    this.credential = 1;
  }

  /** Saves a version of the query; AMC has it, and has checked it. @returns its id */
  async saveVersion(member: Member, query: string): Promise<string> {
    const saved = await this.as(member, "save_workflow", {
      instance_id: INSTANCE,
      name: "Weekly",
      sql_query: query,
    });
    const { workflow_id } = saved as { workflow_id: string };
    await this.asPostgres(async () => {
      await this
        .sql`update public.amc_workflows set saved_at = '2025-01-01', checked_at = '2025-01-01'
        where id = ${workflow_id}`;
      await this.sql`select amc_history.create_result_table(f, ${
        HEADER.split(",")
      }) from public.amc_workflows f where f.id = ${workflow_id}`;
    });
    return workflow_id;
  }

  /** Calls a function as a signed-in member. */
  async as(
    member: Member,
    name: string,
    args: Record<string, unknown>,
  ): Promise<unknown> {
    const answer = await this.callAs(MEMBERS[member], name, args);
    this.expectNoError();
    return answer;
  }

  /** Asks for weeks as start-collection does for a member. @returns the collection's id */
  async collect(
    member: Member,
    workflow_id: string,
    weeks: number,
    time_zone: string,
  ): Promise<string> {
    const made = await this.call("start_collection", {
      requested_by: MEMBERS[member],
      instance_id: INSTANCE,
      workflow_id,
      weeks,
      time_zone,
    });
    return (made as { collection_id: string }).collection_id;
  }

  /** Runs a job of the schedule. */
  async job(name: string): Promise<number> {
    return await this.asPostgres(async () => {
      const [{ answer }] = await this.sql.unsafe(
        `select amc_history.${name}() as answer`,
      );
      return Number(answer);
    });
  }

  /** Moves time on, while the schedule runs each minute and finds nothing to do. */
  async passTo(now: number): Promise<void> {
    await this.asPostgres(() =>
      this.sql`update amc_history.heartbeats set at = ${
        new Date(now - MINUTE_MS).toISOString()
      } where name in ('dispatch', 'watch', 'tick')`
    );
    await this.standStillTo(now);
  }

  /** Moves time on; nothing ran meanwhile. */
  async standStillTo(now: number): Promise<void> {
    this.amc.now = now;
    await this.setClock(now);
  }

  /** Has a worker do a tick, and the database look after it, as each minute. */
  async tick(): Promise<void> {
    await this.job("survey_after_gap");
    const worker = this.hire();
    await worker.begin("tick");
    await worker.goOn(ALL_CALLS);
    assert.equal(worker.busy, false, "a tick ends");
    await this.call("record_tick", { succeeded: [], failed: {} });
    await this.job("watch_standing");
    this.expectNoError();
  }

  hire(): Worker {
    return new Worker(this, this.amc, (line) => this.trace.push(line));
  }

  /** Ticks until nothing is to do any more; what is held waits. */
  async settle(): Promise<void> {
    await this.tick();
    for (const minutes of LATER) {
      const [{ open }] = await this.sql`
        select exists (select from public.report_data_weeks w where w.due_at < 'infinity'
          and not exists (select from public.stoppages s where s.ended_at is null and s.kind = 'standing'
            and s.collection_id = w.collection_id))
          or exists (select from public.week_attempts where state <> 'ended') as open`;
      if (!open) return;
      await this.passTo(this.amc.now + minutes * MINUTE_MS);
      await this.tick();
    }
    assert.fail(`not settled: ${JSON.stringify(await this.weeks())}`);
  }

  expectNoError(): void {
    assert.deepEqual(this.raised, [], "the database raises no error");
  }

  /** The weeks of all collections, oldest first. */
  async weeks(): Promise<YearWeek[]> {
    return [
      ...await this.sql<YearWeek[]>`
      select w.id, w.collection_id, c.workflow_id, w.week_start_date::text as start, w.week_end_date::text as "end",
        w.status, w.execution_id, w.created_at as added_at
      from public.report_data_weeks w join public.report_data_collections c on c.id = w.collection_id
      order by w.week_start_date, c.created_at`,
    ];
  }

  /** The codes of what is held up and of the alerts that are open. */
  async troubles(): Promise<string[]> {
    const rows = await this.sql`
      select s.kind || ': ' || s.code as what from public.stoppages s where s.ended_at is null
      union all select a.code from public.tracking_alerts a where a.resolved_at is null order by 1`;
    return rows.map(({ what }) => what);
  }

  /** The ids of AMC's executions that the database knows. */
  async known(): Promise<string[]> {
    const rows = await this.sql`select id from public.workflow_executions`;
    return rows.map(({ id }) => id);
  }
}

/**
 * Asserts that each week is completed by a run of its own window and version, that all runs are known and nothing is open.
 *
 * @param lost how many runs there were when a backup was restored: of those of one window one suffices
 */
export async function checkEnd(project: Project, lost = 0): Promise<void> {
  const { runs } = project.amc;
  const weeks = await project.weeks();
  for (const week of weeks) {
    const run = runs.find(({ id }) => id === week.execution_id);
    assert.deepEqual(
      [week.status, run?.workflowId, run?.start.slice(0, 10)],
      ["completed", week.workflow_id, week.start],
      JSON.stringify(week),
    );
  }
  const known = new Set(await project.known());
  const shown = new Map(weeks.map((week) => [week.start, week.execution_id]));
  const unknown = runs.filter(({ id, start }, i) =>
    !known.has(id) && (i >= lost || !shown.has(start.slice(0, 10)))
  );
  assert.deepEqual(unknown, [], "all ids of AMC are known");
  assert.equal(runs.filter(({ id }) => known.has(id)).length, known.size);
  assert.deepEqual(await project.troubles(), []);
}
