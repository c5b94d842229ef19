import assert from "node:assert/strict";
import fc from "fast-check";
import type { ExecutionObservation } from "../_shared/amc/execution.ts";
import { isSameZone, localToInstant } from "../_shared/amc/local_time.ts";
import {
  type MatchableAttempt,
  matchExecution,
} from "../_shared/amc/matcher.ts";
import { observed } from "./support/amc.ts";

const ATTEMPT: MatchableAttempt = {
  workflow_id: "my-first-workflow",
  time_window_start: "2024-01-20T00:00:00",
  time_window_end: "2024-01-25T00:00:00",
  time_zone: "America/New_York",
  fingerprint: 21_600,
  intended_at: "2024-09-25T03:11:50.123456+00:00",
};

/** An execution as AMC would show the attempt's own, with changes. */
function seen(
  change: Record<string, unknown> = {},
  id = "ours",
): ExecutionObservation {
  return observed({ workflowExecutionId: id, ...change });
}

function match(
  executions: ExecutionObservation[],
  knownIds: string[] = [],
  change: Partial<MatchableAttempt> = {},
) {
  return matchExecution({ ...ATTEMPT, ...change }, executions, knownIds);
}

Deno.test("the attempt's execution is found among others", () => {
  const result = match([
    seen({ workflowId: "other" }, "a"),
    seen({}, "ours"),
    seen({ workflowExecutionTimeoutSeconds: 21_601 }, "b"),
  ]);
  assert(result.kind === "one");
  assert.equal(result.execution.id, "ours");
});

const NOT_OURS: [string, Record<string, unknown>][] = [
  ["workflow", { workflowId: "my-first-workflow-2" }],
  ["fingerprint", { workflowExecutionTimeoutSeconds: 21_599 }],
  ["start", {
    timeWindowStartOriginal: "2024-01-19T00:00:00",
    timeWindowStart: "2024-01-19T05:00:00Z",
  }],
  ["end", {
    timeWindowEndOriginal: "2024-01-25T00:00:01",
    timeWindowEnd: "2024-01-25T05:00:01Z",
  }],
  ["zone", { timeWindowTimeZoneOriginal: "America/Toronto" }],
  ["creation time", { createTime: "2024-09-25T02:11:50Z" }],
];
for (const [what, change] of NOT_OURS) {
  Deno.test(`an execution of another ${what} is not ours`, () => {
    assert.deepEqual(match([seen(change)]), { kind: "none", undecided: [] });
  });
}

Deno.test("clocks may differ by an hour", () => {
  assert.equal(
    match([seen({ createTime: "2024-09-25T02:11:51Z" })]).kind,
    "one",
  );
});

Deno.test("the same zone may have another name", () => {
  const change = { timeWindowTimeZoneOriginal: "US/Eastern" };
  assert.equal(match([seen(change)]).kind, "one");
  assert(isSameZone("utc", "UTC"));
  assert(isSameZone("Asia/Calcutta", "Asia/Kolkata"));
  assert(!isSameZone("Mars/Olympus", "Mars/Pavonis"));
});

Deno.test("a zone that this runtime does not know matches by name and local times", () => {
  const change = { timeWindowTimeZoneOriginal: "Mars/Olympus" };
  const result = match([seen(change)], [], { time_zone: "Mars/Olympus" });
  assert.equal(result.kind, "one");
});

Deno.test("a window is compared as instants when the local times are missing", () => {
  const missing = {
    timeWindowStartOriginal: undefined,
    timeWindowEndOriginal: undefined,
  };
  assert.equal(match([seen(missing)]).kind, "one");
  const shifted = { ...missing, timeWindowStart: "2024-01-20T04:00:00Z" };
  assert.deepEqual(match([seen(shifted)]), { kind: "none", undecided: [] });
});

const MISSING_FIELDS: [string, Record<string, unknown>][] = [
  ["workflow", { workflowId: undefined }],
  ["fingerprint", { workflowExecutionTimeoutSeconds: undefined }],
  ["creation time", { createTime: undefined }],
  ["zone", { timeWindowTimeZoneOriginal: undefined }],
  ["start", { timeWindowStart: undefined, timeWindowStartOriginal: undefined }],
  ["end", { timeWindowEnd: undefined, timeWindowEndOriginal: undefined }],
];
for (const [what, change] of MISSING_FIELDS) {
  Deno.test(`an execution without its ${what} is neither ours nor ruled out`, () => {
    const result = match([seen(change)]);
    assert(result.kind === "none");
    assert.deepEqual(result.undecided.map((e) => e.id), ["ours"]);
  });

  Deno.test(`an execution without its ${what} is ruled out when another field contradicts`, () => {
    const contradiction = what === "fingerprint"
      ? { workflowId: "other" }
      : { workflowExecutionTimeoutSeconds: 30_000 };
    assert.deepEqual(match([seen({ ...change, ...contradiction })]), {
      kind: "none",
      undecided: [],
    });
  });
}

Deno.test("an execution that is known already is not taken again", () => {
  assert.equal(match([seen()], ["ours"]).kind, "none");
});

Deno.test("an execution listed twice counts once", () => {
  assert.equal(match([seen(), seen()]).kind, "one");
});

for (const status of ["CANCELLED", "FAILED", "REJECTED", "PENDING", "ODD"]) {
  Deno.test(`an execution that is ${status} is ours all the same`, () => {
    assert.equal(match([seen({ status })]).kind, "one");
  });
}

Deno.test("of several, a succeeded one is taken, else a live one, else the earliest", () => {
  const at = (id: string, status: string, minute: number) =>
    seen({ status, createTime: `2024-09-25T03:${minute}:00Z` }, id);
  const chosen = (...executions: ExecutionObservation[]) => {
    const result = match(executions);
    assert(result.kind === "several");
    assert.equal(result.others.length, executions.length - 1);
    return result.chosen.id;
  };
  assert.equal(
    chosen(
      at("failed", "FAILED", 12),
      at("live", "RUNNING", 13),
      at("done", "SUCCEEDED", 14),
    ),
    "done",
  );
  assert.equal(
    chosen(at("cancelled", "CANCELLED", 12), at("odd", "ODD", 13)),
    "odd",
  );
  assert.equal(
    chosen(at("late", "PENDING", 14), at("early", "RUNNING", 13)),
    "early",
  );
  assert.equal(
    chosen(at("late", "CANCELLED", 14), at("early", "FAILED", 13)),
    "early",
  );
});

Deno.test("an attempt whose own times cannot be read is an error, never none", () => {
  for (
    const change of [
      { intended_at: "soon" },
      { time_window_start: "2024-01-20" },
      { time_window_end: "" },
    ]
  ) assert.throws(() => match([], [], change), TypeError);
});

Deno.test("the choice among several does not depend on their order", () => {
  const statuses = fc.constantFrom("SUCCEEDED", "RUNNING", "FAILED", "ODD");
  fc.assert(fc.property(
    fc.array(fc.tuple(statuses, fc.integer({ min: 10, max: 59 })), {
      minLength: 2,
      maxLength: 6,
    }),
    (entries) => {
      const executions = entries.map(([status, second], n) =>
        seen({ status, createTime: `2024-09-25T03:12:${second}Z` }, `e-${n}`)
      );
      const forth = match(executions);
      const back = match(executions.toReversed());
      assert(forth.kind === "several" && back.kind === "several");
      assert.equal(forth.chosen.id, back.chosen.id);
      const ids = [forth.chosen, ...forth.others].map((e) => e.id).sort();
      assert.deepEqual(ids, executions.map((e) => e.id).sort());
    },
  ));
});

const ODD_YEARS = ["0001", "0044", "0099", "0100", "1582", "9999"];
for (const year of ODD_YEARS) {
  Deno.test(`a window of the year ${year} is matched like any other`, () => {
    const time_window_start = `${year}-03-01T00:00:00`;
    const time_window_end = `${year}-03-08T00:00:00`;
    const window = { time_window_start, time_window_end };
    const theirs = {
      timeWindowStartOriginal: time_window_start,
      timeWindowEndOriginal: time_window_end,
    };
    assert.deepEqual(match([seen()], [], window), {
      kind: "none",
      undecided: [],
    });
    assert.equal(match([seen(theirs)], [], window).kind, "one");
    const alias = { ...theirs, timeWindowTimeZoneOriginal: "US/Eastern" };
    assert.equal(match([seen(alias)], [], window).kind, "one");
  });
}

for (const year of ["0001", "0044", "0099"]) {
  Deno.test(`a local time of the year ${year} is the instant that Postgres makes of it`, () => {
    assert.equal(
      new Date(localToInstant(`${year}-03-01T00:00:00`, "UTC")!).toISOString(),
      `${year}-03-01T00:00:00.000Z`,
    );
  });
}

for (const seconds of [900, 3_600, 21_599]) {
  Deno.test(`a run with the timeout of a dry run (${seconds} s) is no week's`, () => {
    const dryRun = seen({ workflowExecutionTimeoutSeconds: seconds });
    assert.deepEqual(match([dryRun], [], { fingerprint: null }), {
      kind: "none",
      undecided: [],
    });
  });
}
for (const seconds of [899, 21_600, 86_400]) {
  Deno.test(`a run with any other timeout (${seconds} s) may be a week's`, () => {
    const run = seen({ workflowExecutionTimeoutSeconds: seconds });
    assert.equal(match([run], [], { fingerprint: null }).kind, "one");
  });
}
