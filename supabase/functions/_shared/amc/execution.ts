import { isObject, type JsonObject, type JsonValue } from "./json.ts";
import { normalizeLocalTime } from "./local_time.ts";
import { type Redact, safeText, tidy } from "./sanitize.ts";
import { canonicalStatus } from "./status.ts";
import { countIn, instantOf, isBounded, nameOf, textOf } from "./values.ts";

/**
 * An execution observation: an execution as AMC showed it at one moment. Everything but the id may be unknown. The functions of
 * the database take it as JSON with these keys (`details` of record_execution, adopt_surveyed and record_late_execution,
 * `executions` of record_listing, `observation` of record_observation).
 */
export type ExecutionObservation = {
  /** AMC's `workflowExecutionId`. */
  id: string;
  workflow_id: string | null;
  /** AMC's status: a known word as the specification writes it, any other as it came. */
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
  /** The window as instants, by AMC's own zone data. */
  window_start_at: string | null;
  window_end_at: string | null;
  /** `workflowExecutionTimeoutSeconds`, which serves as the attempt's fingerprint. */
  timeout_seconds: number | null;
  parameter_values: JsonValue;
  /** The fields of AMC that were not kept, since no column takes what they held; absent when there is none. */
  unread?: string[];
  /** AMC's `dryRun`, if it repeats it (not known; L). The database does not read it. */
  dry_run?: boolean | null;
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

/** The longest text of a refusal that is kept: AMC quotes the SQL. */
const MAX_REASON = 4000;
/** The largest `parameterValues` and `outputColumns` that are kept, in characters of JSON. */
const MAX_JSON = 200_000;

/**
 * Reads an execution from a response to create, get or list: flat, as all captured responses are, or wrapped as
 * `{"workflowExecution":{…}}`, as SPEC says (CONFLICT; both accepted). The id is taken from
 * `workflowExecutionId` and from nowhere else. Each field is checked to what its column takes: one that does not fit is
 * unknown and named in `unread`, and the others are read all the same.
 *
 * @param value the parsed JSON
 * @param requestId AMC's request id of the response
 * @param redact takes secrets out of AMC's words; by default whatever has their shape
 * @returns the observation, or null when there is no well-formed id
 */
export function parseExecution(
  value: unknown,
  requestId: string | null,
  redact?: Redact,
): ExecutionObservation | null {
  if (!isObject(value)) return null;
  const { workflowExecution: wrapped } = value;
  const isFlat = "workflowExecutionId" in value || !isObject(wrapped);
  const seen = isFlat ? value : wrapped;
  if (!isExecutionId(seen.workflowExecutionId)) return null;
  const unread: string[] = [];
  /** Reads one field; one that AMC sent, and that cannot be kept, is named. */
  const read = <T>(name: string, as: (value: unknown) => T | null) => {
    const value = seen[name];
    const kept = as(value);
    const missing = value === undefined || value === null || value === "";
    if (kept === null && !missing) unread.push(name);
    return kept;
  };
  const execution: ExecutionObservation = {
    id: seen.workflowExecutionId,
    workflow_id: read("workflowId", nameOf),
    status: read("status", statusOf),
    status_reason: amcReason(seen, redact),
    created_at: read("createTime", instantOf),
    updated_at: read("lastUpdatedTime", instantOf),
    expires_at: read("expireTime", instantOf),
    execution_seconds: read("executionTime", countIn),
    output_columns: read("outputColumns", columnsOf),
    time_window_start: read("timeWindowStartOriginal", localTimeOf),
    time_window_end: read("timeWindowEndOriginal", localTimeOf),
    time_zone: read("timeWindowTimeZoneOriginal", nameOf),
    window_start_at: read("timeWindowStart", windowEdgeOf),
    window_end_at: read("timeWindowEnd", windowEdgeOf),
    timeout_seconds: read("workflowExecutionTimeoutSeconds", wholeOf),
    parameter_values: seen.parameterValues ?? null,
    ...(typeof seen.dryRun === "boolean" ? { dry_run: seen.dryRun } : {}),
    request_id: requestId,
  };
  if (!isBounded(seen.parameterValues, MAX_JSON)) {
    unread.push("parameterValues");
    // Not null, which reads as none: it must equal no values of ours.
    execution.parameter_values = "(too large to keep)";
  }
  const { window_start_at: start, window_end_at: end } = execution;
  if (start !== null && end !== null && Date.parse(start) >= Date.parse(end)) {
    unread.push("timeWindowStart", "timeWindowEnd");
    execution.window_start_at = null;
    execution.window_end_at = null;
  }
  if (unread.length > 0) execution.unread = unread;
  return execution;
}

function localTimeOf(value: unknown): string | null {
  const local = normalizeLocalTime(value);
  // Postgres has no year 0.
  return local === null || local.startsWith("0000") ? null : local;
}

/** A day around the dates that a collection may have: local midnights, in any zone. */
const FIRST_EDGE = Date.parse("1999-12-31T00:00:00Z");
const LAST_EDGE = Date.parse("2100-01-02T00:00:00Z");

function windowEdgeOf(value: unknown): string | null {
  const text = instantOf(value);
  if (text === null) return null;
  const at = Date.parse(text);
  return at >= FIRST_EDGE && at <= LAST_EDGE ? text : null;
}

function statusOf(value: unknown): string | null {
  const status = nameOf(value);
  return status === null ? null : canonicalStatus(tidy(status));
}

function wholeOf(value: unknown): number | null {
  const count = countIn(value);
  return Number.isInteger(count) ? count : null;
}

function columnsOf(value: unknown): JsonValue[] | null {
  const isList = Array.isArray(value) &&
    value.every((column) => isObject(column) && nameOf(column.name) !== null);
  return isList && isBounded(value, MAX_JSON) ? value : null;
}

/**
 * Why it is as it is, in AMC's words. AWS reads message, statusReason, details, messageSubject, whichever is there (M);
 * what is wrong with a download stands in its channel (SPEC; M).
 */
function amcReason(seen: JsonObject, redact?: Redact): string | null {
  const reason = textOf(seen.statusReason) ?? textOf(seen.message) ??
    textOf(seen.details) ?? textOf(seen.messageSubject) ??
    channelReason(seen.outputChannels);
  return reason === null ? null : safeText(reason, redact, MAX_REASON);
}

function channelReason(channels: unknown): string | null {
  if (!Array.isArray(channels)) return null;
  for (const channel of channels) {
    if (!isObject(channel)) continue;
    const { status } = channel;
    if (status !== "UNAVAILABLE" && status !== "FAILED") continue;
    const isDownload = !isObject(channel.channel) ||
      channel.channel.type === "DOWNLOAD";
    if (!isDownload) continue;
    const words = textOf(channel.statusReason) ?? "AMC does not say why.";
    return `The download is ${status}: ${words}`;
  }
  return null;
}
