import { z } from "zod";
import { isObject } from "./json.ts";
import {
  localToInstant,
  normalizeInstant,
  normalizeLocalTime,
} from "./local_time.ts";
import { tidy } from "./sanitize.ts";

/** An execution as AMC showed it at one moment. Everything but the id may be unknown. */
export interface ExecutionObservation {
  /** AMC's `workflowExecutionId`. */
  id: string;
  workflow_id: string | null;
  /** AMC's word, as it came. */
  status: string | null;
  status_reason: string | null;
  /** Instants in ISO 8601. */
  created_at: string | null;
  updated_at: string | null;
  expires_at: string | null;
  execution_seconds: number | null;
  output_columns: unknown[] | null;
  /** The window as it was asked for: local times `yyyy-MM-ddTHH:mm:ss` in `time_zone`. */
  time_window_start: string | null;
  time_window_end: string | null;
  time_zone: string | null;
  /** The window as instants. */
  window_start_at: string | null;
  window_end_at: string | null;
  /** `workflowExecutionTimeoutSeconds`, which serves as the attempt's fingerprint. */
  timeout_seconds: number | null;
  parameter_values: unknown;
  /** The request id of the answer that showed it. */
  request_id: string | null;
}

const EXECUTION_ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;

/**
 * Whether a value can be an execution id. AMC's are lowercase UUIDs of version 4 (captured; H), which is not insisted on.
 */
export function isExecutionId(value: unknown): value is string {
  return typeof value === "string" && EXECUTION_ID.test(value);
}

// A field of a form that nobody expected is unknown; it does not spoil the others.
const text = z.string().min(1).nullable().catch(null);
const instant = z.unknown().transform(normalizeInstant);
const localTime = z.unknown().transform(normalizeLocalTime);
const count = z.union([
  z.number(),
  z.string().regex(/^\d{1,9}(?:\.\d+)?$/).transform(Number),
]).nullable().catch(null).transform((value) =>
  value !== null && Number.isFinite(value) && value >= 0 ? value : null
);

const executionSchema = z.looseObject({
  workflowExecutionId: z.string().regex(EXECUTION_ID),
  workflowId: text.optional(),
  status: text.optional(),
  statusReason: text.optional(),
  message: text.optional(),
  details: text.optional(),
  messageSubject: text.optional(),
  createTime: instant.optional(),
  lastUpdatedTime: instant.optional(),
  expireTime: instant.optional(),
  executionTime: count.optional(),
  outputColumns: z.array(z.unknown()).nullable().catch(null).optional(),
  timeWindowStart: instant.optional(),
  timeWindowEnd: instant.optional(),
  timeWindowStartOriginal: localTime.optional(),
  timeWindowEndOriginal: localTime.optional(),
  timeWindowTimeZoneOriginal: text.optional(),
  workflowExecutionTimeoutSeconds: count.optional(),
  parameterValues: z.unknown().optional(),
});

/**
 * Reads an execution from an answer of create, get or list: flat, as all captured answers are, or wrapped as
 * `{"workflowExecution":{…}}`, as SPEC says (CONFLICT; both accepted). The id is taken from
 * `workflowExecutionId` and from nowhere else.
 *
 * @param value the parsed JSON
 * @param requestId the request id of the answer
 * @returns the observation, or null when there is no well-formed id
 */
export function parseExecution(
  value: unknown,
  requestId: string | null,
): ExecutionObservation | null {
  if (!isObject(value)) return null;
  const flat = "workflowExecutionId" in value ||
    !isObject(value.workflowExecution);
  const parsed = executionSchema.safeParse(
    flat ? value : value.workflowExecution,
  );
  if (!parsed.success) return null;
  const seen = parsed.data;
  const zone = seen.timeWindowTimeZoneOriginal ?? null;
  const start = seen.timeWindowStartOriginal ?? null;
  const end = seen.timeWindowEndOriginal ?? null;
  // AWS reads message, statusReason, details, messageSubject, whichever is there (M).
  const reason = seen.statusReason ?? seen.message ?? seen.details ??
    seen.messageSubject ?? null;
  return {
    id: seen.workflowExecutionId,
    workflow_id: seen.workflowId ?? null,
    status: seen.status ?? null,
    status_reason: reason === null ? null : tidy(reason, 4000),
    created_at: seen.createTime ?? null,
    updated_at: seen.lastUpdatedTime ?? null,
    expires_at: seen.expireTime ?? null,
    execution_seconds: seen.executionTime ?? null,
    output_columns: seen.outputColumns ?? null,
    time_window_start: start,
    time_window_end: end,
    time_zone: zone,
    window_start_at: seen.timeWindowStart ?? instantOf(start, zone),
    window_end_at: seen.timeWindowEnd ?? instantOf(end, zone),
    timeout_seconds: seen.workflowExecutionTimeoutSeconds ?? null,
    parameter_values: seen.parameterValues ?? null,
    request_id: requestId,
  };
}

function instantOf(local: string | null, zone: string | null): string | null {
  if (local === null || zone === null) return null;
  const at = localToInstant(local, zone);
  return at === null ? null : new Date(at).toISOString();
}
