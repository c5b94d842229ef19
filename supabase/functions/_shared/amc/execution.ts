import { isObject, type JsonValue } from "./json.ts";
import {
  localToInstant,
  normalizeInstant,
  normalizeLocalTime,
} from "./local_time.ts";
import { tidy } from "./sanitize.ts";

/**
 * An execution observation: an execution as AMC showed it at one moment. Everything but the id may be unknown. The functions of
 * the database take it as JSON with these keys (`details` of record_execution, adopt_surveyed and record_late_execution,
 * `executions` of record_listing, `observation` of record_cancellation).
 */
export type ExecutionObservation = {
  /** AMC's `workflowExecutionId`. */
  id: string;
  workflow_id: string | null;
  /** AMC's status, unchanged. */
  status: string | null;
  status_reason: string | null;
  /** Instants in ISO 8601. */
  created_at: string | null;
  updated_at: string | null;
  expires_at: string | null;
  execution_seconds: number | null;
  output_columns: JsonValue[] | null;
  /** The window as requested: local times `yyyy-MM-ddTHH:mm:ss` in `time_zone`. */
  time_window_start: string | null;
  time_window_end: string | null;
  time_zone: string | null;
  /** The window as instants. */
  window_start_at: string | null;
  window_end_at: string | null;
  /** `workflowExecutionTimeoutSeconds`, which serves as the attempt's fingerprint. */
  timeout_seconds: number | null;
  parameter_values: JsonValue;
  /** AMC's id of the request whose response showed it. */
  request_id: string | null;
};

const EXECUTION_ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;

/**
 * Whether a value can be an execution id. AMC's are lowercase UUIDs of version 4 (captured; H), but any id of this alphabet is accepted.
 */
export function isExecutionId(value: unknown): value is string {
  return typeof value === "string" && EXECUTION_ID.test(value);
}

// A field of an unexpected form is unknown; the other fields are read all the same.
function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** A number from 0 on, which may come as a text. */
function countOf(value: unknown): number | null {
  const isText = typeof value === "string" && /^\d{1,9}(?:\.\d+)?$/.test(value);
  if (typeof value !== "number" && !isText) return null;
  const count = Number(value);
  return Number.isFinite(count) && count >= 0 ? count : null;
}

/**
 * Reads an execution from a response to create, get or list: flat, as all captured responses are, or wrapped as
 * `{"workflowExecution":{…}}`, as SPEC says (CONFLICT; both accepted). The id is taken from
 * `workflowExecutionId` and from nowhere else.
 *
 * @param value the parsed JSON
 * @param requestId AMC's request id of the response
 * @returns the observation, or null when there is no well-formed id
 */
export function parseExecution(
  value: unknown,
  requestId: string | null,
): ExecutionObservation | null {
  if (!isObject(value)) return null;
  const { workflowExecution: wrapped } = value;
  const isFlat = "workflowExecutionId" in value || !isObject(wrapped);
  const seen = isFlat ? value : wrapped;
  if (!isExecutionId(seen.workflowExecutionId)) return null;
  const zone = textOf(seen.timeWindowTimeZoneOriginal);
  const start = normalizeLocalTime(seen.timeWindowStartOriginal);
  const end = normalizeLocalTime(seen.timeWindowEndOriginal);
  // AWS reads message, statusReason, details, messageSubject, whichever is there (M).
  const reason = textOf(seen.statusReason) ?? textOf(seen.message) ??
    textOf(seen.details) ?? textOf(seen.messageSubject);
  const { outputColumns } = seen;
  return {
    id: seen.workflowExecutionId,
    workflow_id: textOf(seen.workflowId),
    status: textOf(seen.status),
    status_reason: reason === null ? null : tidy(reason, 4000),
    created_at: normalizeInstant(seen.createTime),
    updated_at: normalizeInstant(seen.lastUpdatedTime),
    expires_at: normalizeInstant(seen.expireTime),
    execution_seconds: countOf(seen.executionTime),
    output_columns: Array.isArray(outputColumns) ? outputColumns : null,
    time_window_start: start,
    time_window_end: end,
    time_zone: zone,
    window_start_at: normalizeInstant(seen.timeWindowStart) ??
      instantOf(start, zone),
    window_end_at: normalizeInstant(seen.timeWindowEnd) ?? instantOf(end, zone),
    timeout_seconds: countOf(seen.workflowExecutionTimeoutSeconds),
    parameter_values: seen.parameterValues ?? null,
    request_id: requestId,
  };
}

function instantOf(local: string | null, zone: string | null): string | null {
  if (local === null || zone === null) return null;
  const at = localToInstant(local, zone);
  return at === null ? null : new Date(at).toISOString();
}
