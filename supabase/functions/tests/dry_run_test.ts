import assert from "node:assert/strict";
import type { ExecutionObservation } from "../_shared/amc/mod.ts";
import {
  type DryRunState,
  judgeDryRun,
  refusesDryRuns,
} from "../_shared/collector/dry_run.ts";

const SHOWN: ExecutionObservation = {
  id: "dry-1",
  workflow_id: null,
  status: "PENDING",
  status_reason: null,
  created_at: null,
  updated_at: null,
  expires_at: null,
  execution_seconds: null,
  output_columns: null,
  time_window_start: null,
  time_window_end: null,
  time_zone: null,
  window_start_at: null,
  window_end_at: null,
  timeout_seconds: null,
  parameter_values: null,
  request_id: null,
};

const NEW: DryRunState = { is_overdue: false, is_cancelled: false };
const OVERDUE = { ...NEW, is_overdue: true };
const CANCELLED = { ...NEW, is_cancelled: true };

for (
  const [shown, state, expected] of [
    [{}, NEW, "pending null"],
    [{ status: "RUNNING" }, NEW, "pending null"],
    [{ status: "RUNNING", dry_run: true }, NEW, "pending true"],
    [{ status: "SUCCEEDED" }, NEW, "accepted null"],
    [{ status: "succeeded" }, NEW, "accepted null"],
    [{ status: "REJECTED", status_reason: "No." }, NEW, "refused null"],
    [{ status: "REJECTED", dry_run: false }, NEW, "refused false"],
    [{ status: "FAILED" }, NEW, "failed null"],
    [
      { status: "FAILED", status_reason: "Was unable to compile workflow" },
      NEW,
      "refused null",
    ],
    [{ status: "CANCELLED" }, NEW, "failed null"],
    [{ status: null }, NEW, "pending null"],
    [{ status: "SOMETHING" }, NEW, "pending null"],
    // AMC runs the query all the same.
    [{ dry_run: false }, NEW, "cancel false"],
    [{ status: "RUNNING", dry_run: false }, NEW, "cancel false"],
    [{ status: "RUNNING" }, OVERDUE, "cancel false"],
    [{ status: "PUBLISHING" }, OVERDUE, "cancel false"],
    [{ status: "SUCCEEDED", dry_run: false }, NEW, "accepted false"],
    [{ status: "SUCCEEDED", dry_run: true }, NEW, "accepted true"],
    // One that waits in AMC's queue may be honoured yet.
    [{ status: "PENDING" }, OVERDUE, "cancel null"],
    [{ status: "RUNNING" }, CANCELLED, "cancel null"],
    [{ status: "CANCELLED" }, CANCELLED, "ignored null"],
    [{ status: "SUCCEEDED" }, CANCELLED, "accepted null"],
  ] as [Partial<ExecutionObservation>, DryRunState, string][]
) {
  const what = `${JSON.stringify(shown)}${state.is_overdue ? ", overdue" : ""}${
    state.is_cancelled ? ", cancelled" : ""
  }`;
  Deno.test(`a dry run that AMC shows as ${what} is judged ${expected}`, () => {
    const { kind, honoured } = judgeDryRun({ ...SHOWN, ...shown }, state);
    assert.equal(`${kind} ${honoured}`, expected);
  });
}

Deno.test("only words about dry runs refuse dry runs", () => {
  for (
    const words of [
      "dryRun is not supported for this instance.",
      "Unknown field dry_run",
      "Dry run not permitted",
    ]
  ) assert.ok(refusesDryRuns(words), words);
  for (
    const words of [
      "Was unable to compile workflow wf_dry run: x not found",
      "Unrecognized token",
      "laundry runs",
    ]
  ) assert.ok(!refusesDryRuns(words), words);
});
