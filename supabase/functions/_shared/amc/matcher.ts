import type { ExecutionObservation } from "./execution.ts";
import {
  isSameZone,
  localToInstant,
  normalizeLocalTime,
} from "./local_time.ts";
import { classifyStatus } from "./status.ts";

/** What is known of a create whose response was lost; the field names are the database's. */
export interface MatchableAttempt {
  workflow_id: string;
  /** Local times `yyyy-MM-ddTHH:mm:ss` in `time_zone`, as they were sent. */
  time_window_start: string;
  time_window_end: string;
  time_zone: string;
  /** The value of `workflowExecutionTimeoutSeconds` that was sent; null if any will do but that of a dry run. */
  fingerprint: number | null;
  /** When the intent was recorded; an instant in ISO 8601. */
  intended_at: string;
}

/** What a listing says about an attempt. */
export type MatchResult =
  | {
    kind: "none";
    /**
     * Executions that lack a field needed to decide, and contradict in none: one of them may be the attempt's. While
     * there is one, the listing does not prove that nothing was created.
     */
    undecided: ExecutionObservation[];
  }
  | { kind: "one"; execution: ExecutionObservation }
  | {
    kind: "several";
    /** The one to take: succeeded, else live, else ended without a result; of these the earliest. */
    chosen: ExecutionObservation;
    /** In the same order. */
    others: ExecutionObservation[];
  };

/** Clocks of ours and of AMC may differ by this much. */
const CLOCK_ALLOWANCE_MS = 3_600_000;

/**
 * Finds the execution of an attempt in a listing: the same workflow id, window, zone and fingerprint, created
 * since the intent less one hour, and not known already. Cancelled, failed and rejected ones count too: they were
 * the attempt's all the same. AMC echoes all these fields (captured; H).
 *
 * @param attempt the attempt whose create got no response
 * @param executions the listing; an id that comes twice counts once
 * @param knownIds ids that belong to some attempt already
 * @throws TypeError when the attempt's own times cannot be read: a silent "none" would let it be abandoned
 */
export function matchExecution(
  attempt: MatchableAttempt,
  executions: Iterable<ExecutionObservation>,
  knownIds: Iterable<string>,
): MatchResult {
  checkAttempt(attempt);
  const seen = new Set(knownIds);
  const matches: ExecutionObservation[] = [];
  const undecided: ExecutionObservation[] = [];
  for (const execution of executions) {
    if (seen.has(execution.id)) continue;
    seen.add(execution.id);
    const verdict = isOf(attempt, execution);
    if (verdict === true) matches.push(execution);
    else if (verdict === null) undecided.push(execution);
  }
  if (matches.length === 0) return { kind: "none", undecided };
  const [chosen, ...others] = matches.sort(byPreference);
  return others.length === 0
    ? { kind: "one", execution: chosen }
    : { kind: "several", chosen, others };
}

function checkAttempt(attempt: MatchableAttempt): void {
  const { time_window_start, time_window_end, intended_at } = attempt;
  const readable = normalizeLocalTime(time_window_start) !== null &&
    normalizeLocalTime(time_window_end) !== null &&
    !Number.isNaN(Date.parse(intended_at));
  if (!readable) {
    throw new TypeError(
      "Expected an attempt with local window times yyyy-MM-ddTHH:mm:ss and an instant as its intent; " +
        `got ${time_window_start}, ${time_window_end}, ${intended_at}.`,
    );
  }
}

/** Yes, no, or null: a field is missing. */
type Verdict = boolean | null;

function isOf(
  attempt: MatchableAttempt,
  execution: ExecutionObservation,
): Verdict {
  const verdicts: Verdict[] = [
    same(execution.workflow_id, attempt.workflow_id),
    attempt.fingerprint === null
      ? !isDryRunTimeout(execution.timeout_seconds)
      : same(execution.timeout_seconds, attempt.fingerprint),
    isCreatedSince(attempt.intended_at, execution.created_at),
    execution.time_zone === null
      ? null
      : isSameZone(execution.time_zone, attempt.time_zone),
    isSameEdge(
      attempt.time_window_start,
      attempt.time_zone,
      execution.time_window_start,
      execution.time_zone,
      execution.window_start_at,
    ),
    isSameEdge(
      attempt.time_window_end,
      attempt.time_zone,
      execution.time_window_end,
      execution.time_zone,
      execution.window_end_at,
    ),
  ];
  if (verdicts.includes(false)) return false;
  return verdicts.includes(null) ? null : true;
}

/**
 * Whether a timeout is of the range of our dry runs: 900 seconds (SPEC; H) to 21,599. AMC takes no less; executions of weeks
 * have 21,600 and up.
 */
export function isDryRunTimeout(seconds: number | null): boolean {
  return seconds !== null && seconds >= 900 && seconds < 21_600;
}

/** Whether an execution has ended, and not with a result. */
export function hasEndedWithoutResult(
  { status }: Pick<ExecutionObservation, "status">,
): boolean {
  const { class: end } = classifyStatus(status);
  return end === "failed" || end === "rejected" || end === "cancelled";
}

function same<T>(found: T | null, expected: T): Verdict {
  return found === null ? null : found === expected;
}

function isCreatedSince(intendedAt: string, createdAt: string | null): Verdict {
  if (createdAt === null) return null;
  return Date.parse(createdAt) >= Date.parse(intendedAt) - CLOCK_ALLOWANCE_MS;
}

/** One edge of the window: the local time as it was sent decides, else the instant. */
function isSameEdge(
  local: string,
  zone: string,
  foundLocal: string | null,
  foundZone: string | null,
  foundAt: string | null,
): Verdict {
  if (foundLocal !== null && foundZone !== null) {
    if (
      foundLocal === normalizeLocalTime(local) && isSameZone(foundZone, zone)
    ) return true;
    const found = localToInstant(foundLocal, foundZone);
    const expected = localToInstant(local, zone);
    if (found !== null && expected !== null) return found === expected;
  }
  if (foundAt === null) return null;
  const expected = localToInstant(local, zone);
  return expected === null ? null : Date.parse(foundAt) === expected;
}

function byPreference(
  a: ExecutionObservation,
  b: ExecutionObservation,
): number {
  return rank(a) - rank(b) || createdMs(a) - createdMs(b) ||
    (a.id < b.id ? -1 : 1);
}

function rank(execution: ExecutionObservation): number {
  const status = classifyStatus(execution.status).class;
  if (status === "succeeded") return 0;
  return status === "in_progress" ? 1 : 2;
}

function createdMs(execution: ExecutionObservation): number {
  return execution.created_at === null ? 0 : Date.parse(execution.created_at);
}
