import { classifyStatus, type ExecutionObservation } from "../amc/mod.ts";

/** What an observation of a dry run says, in the words of report_workflow_check. */
export interface DryRunVerdict {
  /** pending: it has not ended. cancel: it is to be cancelled, since AMC runs the query or does not begin. */
  kind: "pending" | "cancel" | "accepted" | "refused" | "ignored" | "failed";
  /** Whether AMC ran it as a dry run; null where this shows neither. */
  honoured: boolean | null;
}

/** What is known of a dry run besides what AMC shows. */
export interface DryRunState {
  /** It takes longer than a dry run does. */
  is_overdue: boolean;
  /** AMC has been asked to cancel it. */
  is_cancelled: boolean;
}

const COMPILE_ERROR = /unable to compile/i;

/**
 * Judges what AMC shows of a dry run. A good query ends SUCCEEDED in seconds, a bad one REJECTED (SKILL2; M). That AMC repeats
 * `dryRun` in its answers is not known, so only a `false` counts against it; one that still runs after the allowance is one that
 * AMC runs all the same.
 */
export function judgeDryRun(
  execution: ExecutionObservation,
  { is_overdue, is_cancelled }: DryRunState,
): DryRunVerdict {
  const { status, status_reason, dry_run: shown = null } = execution;
  switch (classifyStatus(status?.toUpperCase() ?? null).class) {
    case "succeeded":
      return { kind: "accepted", honoured: shown };
    case "rejected":
      return { kind: "refused", honoured: shown };
    case "failed":
      // Compile errors may arrive as FAILED too (DOC; M).
      return COMPILE_ERROR.test(status_reason ?? "")
        ? { kind: "refused", honoured: shown }
        : { kind: "failed", honoured: shown };
    case "cancelled":
      return is_cancelled
        ? { kind: "ignored", honoured: shown }
        : { kind: "failed", honoured: shown };
    default:
      if (is_cancelled) return { kind: "cancel", honoured: null };
      if (shown !== false && !is_overdue) {
        return { kind: "pending", honoured: shown };
      }
      // One that AMC has not begun waits in its queue: it may be honoured yet.
      return {
        kind: "cancel",
        honoured: status?.toUpperCase() === "PENDING" ? shown : false,
      };
  }
}

/** Whether a refusal is about the dry run itself and says nothing of the query. AMC's words are not known (L). */
export function refusesDryRuns(message: string): boolean {
  return /\bdry[\s_-]?runs?\b/i.test(message) && !COMPILE_ERROR.test(message);
}
