import type postgres from "postgres";
import type { Answer, Session } from "./sessions.ts";
import { OWNER } from "./harness.ts";
import { EXECUTION, LOADER, type Scene, type State } from "./states.ts";

/** A call of the database's interface, about the week of a scene. */
export interface Call {
  /** The state in which it moves the week on. */
  home: State;
  role?: "postgres";
  run(session: Session, scene: Scene): Promise<Answer>;
}

async function outcome(
  query: postgres.PendingQuery<postgres.Row[]>,
): Promise<Answer> {
  const [row] = await query;
  const reason = String(row.reason ?? "").replace(/ until .*/, "");
  return reason === "" ? row.outcome : `${row.outcome} (${reason})`;
}

/** An execution that the attempt's fingerprint proves ours, as AMC's list shows it. */
function observed(scene: Scene, id: string, status: string) {
  return { id, status, timeout_seconds: scene.fingerprint };
}

/** The calls that are paired, by name. */
export const CALLS: Record<string, Call> = {
  claim_due_weeks: {
    home: "abandoned",
    run: async ({ sql }) =>
      `${(await sql`select from public.claim_due_weeks()`).length} claimed`,
  },
  record_execution: {
    home: "intended",
    run: ({ sql }, { attempt }) =>
      outcome(
        sql`select * from public.record_execution(${attempt}, ${EXECUTION},
        '{"status": "PENDING", "matcher_proved": true}')`,
      ),
  },
  report_create: {
    home: "intended",
    run: ({ sql }, { attempt }) =>
      outcome(sql`select * from public.report_create(${attempt}, 'not_sent')`),
  },
  "report_create (429)": {
    home: "intended",
    run: ({ sql }, { attempt }) =>
      outcome(
        sql`select * from public.report_create(${attempt}, 'throttled', 429, 'Slow down', null, 60)`,
      ),
  },
  update_week_status: {
    home: "loaded",
    run: ({ sql }, { collection, week }) =>
      outcome(
        sql`select * from public.update_week_status(${collection}, ${week}, 'completed',
        '{"rows": 0}', ${EXECUTION})`,
      ),
  },
  settle_attempt: {
    home: "unknown",
    run: ({ sql }, { attempt, listedAt }) =>
      outcome(
        sql`select * from public.settle_attempt(${attempt}, ${listedAt})`,
      ),
  },
  cancel_collection: {
    home: "running",
    run: ({ sql }, { collection }) =>
      outcome(sql`select * from public.cancel_collection(${collection})`),
  },
  start_collection: {
    home: "cancelled",
    run: async ({ sql }, { collection }) => {
      const [{ answer }] = await sql`
        select public.start_collection(${OWNER}, c.instance_id, c.workflow_id, 1) as answer
        from public.report_data_collections c where c.id = ${collection}`;
      return `${answer.extended} added, ${answer.reopened} opened`;
    },
  },
  archive_collection: {
    home: "running",
    run: ({ sql }, { collection }) =>
      outcome(sql`select * from public.archive_collection(${collection})`),
  },
  retry_week: {
    home: "failed",
    run: ({ sql }, { week }) =>
      outcome(sql`select * from public.retry_week(${week})`),
  },
  confirm_execution: {
    home: "unknown",
    run: ({ sql }, { attempt }) =>
      outcome(
        sql`select * from public.confirm_execution(${attempt}, ${EXECUTION})`,
      ),
  },
  confirm_no_execution: {
    home: "unknown",
    run: ({ sql }, { attempt }) =>
      outcome(sql`select * from public.confirm_no_execution(${attempt})`),
  },
  let_go_of_execution: {
    home: "stuck",
    run: ({ sql }) =>
      outcome(
        sql`select * from public.let_go_of_execution(${EXECUTION}, 'Stuck', true)`,
      ),
  },
  fail_load: {
    home: "loading",
    run: ({ sql }, { attempt }) =>
      outcome(
        sql`select * from public.fail_load(${attempt}, ${LOADER}, 'bad_csv', 'A file that is not right', true)`,
      ),
  },
  finish_load: {
    home: "loading",
    role: "postgres",
    run: async ({ sql }, { load, attempt }) => {
      const [{ summary }] = await sql`
        select amc_history.finish_load(${load}, ${attempt}, ${LOADER}) as summary`;
      return `${summary.rows} rows`;
    },
  },
  record_listing: {
    home: "running",
    run: async ({ sql }, scene) => {
      const shown = [observed(scene, EXECUTION, "SUCCEEDED")];
      const [{ report }] =
        await sql`select public.record_listing(${scene.instance}, ${scene.listing}, ${
          sql.json(shown)
        }, true) as report`;
      return `${report.outcome}, ${report.known_execution_ids.length} known`;
    },
  },
  record_late_execution: {
    home: "abandoned",
    run: ({ sql }, scene) =>
      outcome(
        sql`select * from public.record_late_execution(${scene.attempt}, 'e2', ${
          sql.json(observed(scene, "e2", "RUNNING"))
        })`,
      ),
  },
};
