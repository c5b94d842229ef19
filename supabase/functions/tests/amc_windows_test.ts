import assert from "node:assert/strict";
import fc from "fast-check";
import type { ExecutionObservation } from "../_shared/amc/execution.ts";
import {
  localToInstant,
  normalizeLocalTime,
} from "../_shared/amc/local_time.ts";
import {
  type MatchableAttempt,
  matchExecution,
} from "../_shared/amc/matcher.ts";
import { observed } from "./support/amc.ts";

const zones = fc.constantFrom(
  "UTC",
  "America/New_York",
  "Europe/London",
  "Asia/Kolkata",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "America/Sao_Paulo",
  "America/Havana",
  "Atlantic/Azores",
  "Africa/Cairo",
  "Asia/Beirut",
  "Pacific/Apia",
  "Pacific/Chatham",
  "America/St_Johns",
  "Africa/Casablanca",
);
const localTimes = fc.date({
  min: new Date("2005-01-01T00:00:00Z"),
  max: new Date("2030-01-01T00:00:00Z"),
  noInvalidDate: true,
}).map((date) => date.toISOString().slice(0, 19));
const midnights = localTimes.map((local) => `${local.slice(0, 10)}T00:00:00`);

Deno.test("local times become instants as Temporal makes them, gaps and repeats too", () => {
  fc.assert(
    fc.property(fc.oneof(localTimes, midnights), zones, (local, zone) => {
      const expected = Temporal.PlainDateTime.from(local)
        .toZonedDateTime(zone, { disambiguation: "compatible" })
        .epochMilliseconds;
      assert.equal(localToInstant(local, zone), expected);
    }),
    { numRuns: 1_500 },
  );
});

const EDGES: [string, string, string, string][] = [
  ["2024-03-31T02:30:00", "Europe/Berlin", "2024-03-31T01:30:00Z", "in a gap"],
  [
    "2024-10-27T02:30:00",
    "Europe/Berlin",
    "2024-10-27T00:30:00Z",
    "that comes twice",
  ],
  [
    "2018-11-04T00:00:00",
    "America/Sao_Paulo",
    "2018-11-04T03:00:00Z",
    "at a skipped midnight",
  ],
  [
    "2023-11-05T00:00:00",
    "America/Havana",
    "2023-11-05T04:00:00Z",
    "at a midnight that comes twice",
  ],
  [
    "2011-12-30T00:00:00",
    "Pacific/Apia",
    "2011-12-30T10:00:00Z",
    "of a skipped day",
  ],
];
for (const [local, zone, instant, what] of EDGES) {
  Deno.test(`a local time ${what} has an instant (${zone})`, () => {
    assert.equal(localToInstant(local, zone), Date.parse(instant));
  });
}

Deno.test("what is not a local time or a zone has no instant", () => {
  assert.equal(localToInstant("2024-02-30T00:00:00", "UTC"), null);
  assert.equal(localToInstant("2024-01-01", "UTC"), null);
  assert.equal(localToInstant("2024-01-01T00:00:00", "Mars/Olympus"), null);
  assert.equal(localToInstant("2024-01-01T00:00:00", ""), null);
  assert.equal(normalizeLocalTime("2024-01-01T00:00"), "2024-01-01T00:00:00");
  assert.equal(
    normalizeLocalTime("2024-01-01T00:00:00.000Z"),
    "2024-01-01T00:00:00",
  );
  assert.equal(normalizeLocalTime(20240101), null);
});

const attempts = fc.record({
  workflow_id: fc.constantFrom("w-1", "w-2"),
  start: midnights,
  zone: zones,
  fingerprint: fc.integer({ min: 21_600, max: 86_400 }),
}).map(({ workflow_id, start, zone, fingerprint }): MatchableAttempt => ({
  workflow_id,
  time_window_start: start,
  time_window_end: Temporal.PlainDateTime.from(start).add({ days: 7 })
    .toString({ smallestUnit: "second" }),
  time_zone: zone,
  fingerprint,
  intended_at: "2031-01-01T00:00:00Z",
}));

/** The execution that AMC would show for an attempt. */
function echoOf(attempt: MatchableAttempt, id: string): ExecutionObservation {
  const utc = (local: string) =>
    Temporal.PlainDateTime.from(local).toZonedDateTime(attempt.time_zone)
      .toInstant().toString();
  return observed({
    workflowExecutionId: id,
    workflowId: attempt.workflow_id,
    timeWindowStartOriginal: attempt.time_window_start,
    timeWindowEndOriginal: attempt.time_window_end,
    timeWindowTimeZoneOriginal: attempt.time_zone,
    timeWindowStart: utc(attempt.time_window_start),
    timeWindowEnd: utc(attempt.time_window_end),
    workflowExecutionTimeoutSeconds: attempt.fingerprint,
    createTime: "2031-01-01T00:00:01Z",
  });
}

Deno.test("every attempt finds its own echo, with the local times or with the instants", () => {
  fc.assert(fc.property(attempts, fc.boolean(), (attempt, local) => {
    const echo = echoOf(attempt, "ours");
    const execution = local
      ? { ...echo, window_start_at: null, window_end_at: null }
      : { ...echo, time_window_start: null, time_window_end: null };
    assert.equal(matchExecution(attempt, [execution], []).kind, "one");
  }));
});

Deno.test("attempts with fingerprints of their own never take each other's execution, in any order", () => {
  fc.assert(fc.property(
    fc.uniqueArray(attempts, {
      minLength: 1,
      maxLength: 8,
      selector: (attempt) => attempt.fingerprint,
    }),
    fc.infiniteStream(fc.nat()),
    (all, numbers) => {
      const echoes = all.map((attempt, n) => echoOf(attempt, `e-${n}`))
        .map((echo) => ({ echo, key: numbers.next().value ?? 0 }))
        .sort((a, b) => a.key - b.key)
        .map(({ echo }) => echo);
      all.forEach((attempt, n) => {
        const result = matchExecution(attempt, echoes, []);
        assert(result.kind === "one");
        assert.equal(result.execution.id, `e-${n}`);
      });
    },
  ));
});
