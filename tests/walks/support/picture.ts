import type { Lane } from "./lane.ts";

/** A week as the database has it. */
export interface WeekRow {
  id: string;
  collection_id: string;
  status: string;
  execution_id: string | null;
  due_at: string | null;
  start: string;
  paused: boolean;
  /** Whether it, its collection or its workflow is held up until a person acts. */
  for_person: boolean;
  /** Whether nobody stands behind its collection. */
  forsaken: boolean;
}

/** An attempt as the database has it. */
export interface AttemptRow {
  id: string;
  week_id: string;
  state: string;
  outcome: string | null;
  kind: string;
  slot: number | null;
  window_key: string | null;
  execution_id: string | null;
  watch_until: string | null;
  [column: string]: unknown;
}

/** All that a walk's steps have made, at one moment. */
export interface Picture {
  weeks: WeekRow[];
  attempts: AttemptRow[];
  executions: { id: string; week_id: string; status: string | null }[];
  complete: string[];
  alerts: { code: string; week_id: string | null }[];
  events: string[];
  cap: number;
}

/** Reads everything at once. */
export async function takePicture({ sql }: Lane): Promise<Picture> {
  const [{ picture }] = await sql`
    select jsonb_build_object(
      'weeks', (select coalesce(jsonb_agg(jsonb_build_object('id', w.id, 'collection_id', w.collection_id,
          'status', w.status, 'execution_id', w.execution_id, 'due_at', w.due_at, 'start', w.week_start_date,
          'paused', c.paused_at is not null, 'for_person', exists (
            select from public.stoppages s where s.ended_at is null and s.retry_at is null and (s.kind, s.subject) in (
              ('week', w.id::text), ('collection', c.id::text), ('standing', c.id::text),
              ('workflow_save', c.instance_id || '/' || c.workflow_id))),
          'forsaken', exists (select from public.stoppages s
            where s.ended_at is null and s.kind = 'standing' and s.subject = c.id::text)
          ) order by c.created_at, c.id, w.week_start_date), '[]')
        from public.report_data_weeks w join public.report_data_collections c on c.id = w.collection_id),
      'attempts', (select coalesce(jsonb_agg(to_jsonb(a) order by a.intended_at, a.id), '[]')
        from public.week_attempts a),
      'executions', (select coalesce(jsonb_agg(jsonb_build_object('id', e.id, 'week_id', e.week_id,
        'status', e.status)), '[]') from public.workflow_executions e),
      'complete', (select coalesce(jsonb_agg(l.execution_id), '[]') from public.result_loads l where l.complete),
      'alerts', (select coalesce(jsonb_agg(jsonb_build_object('code', a.code, 'week_id', a.week_id)), '[]')
        from public.tracking_alerts a where a.resolved_at is null),
      'events', (select coalesce(jsonb_agg(distinct e.event), '[]') from public.tracking_events e),
      'cap', (select max_parallel from public.amc_instances)) as picture`;
  return picture;
}

/** Whether an attempt has not ended. */
export function lives({ state }: AttemptRow): boolean {
  return state !== "ended";
}
