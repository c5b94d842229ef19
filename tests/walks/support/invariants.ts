import assert from "node:assert/strict";
import { type AttemptRow, lives, type Picture } from "./picture.ts";

const ENDED_AT_AMC = ["SUCCEEDED", "FAILED", "REJECTED", "CANCELLED"];
const OPEN = ["pending", "running"];

/** What holds at every moment. */
export function checkMoment(now: Picture): void {
  const live = now.attempts.filter(lives);
  unique(live, "week_id", "a week has one live attempt");
  const placed = live.filter(({ slot }) => slot !== null);
  unique(placed, "slot", "a slot has one live attempt");
  unique(live, "window_key", "a window has one live attempt");
  assert.ok(
    placed.length <= now.cap && placed.every(({ slot }) => slot! <= now.cap),
    `at most ${now.cap} attempts run, in slots 1 to ${now.cap}`,
  );
  const statusOf = new Map(
    now.executions.map(({ id, status }) => [id, status]),
  );
  for (const { slot, execution_id } of live) {
    assert.ok(
      slot !== null || ENDED_AT_AMC.includes(statusOf.get(execution_id!) ?? ""),
      `${execution_id} has ended, or its attempt has a slot`,
    );
  }
  const weekOf = new Map(now.executions.map((e) => [e.id, e.week_id]));
  // An older caller's result is not ours to load.
  const complete = new Set([
    ...now.complete,
    ...now.attempts.filter(({ kind }) => kind === "external")
      .map(({ execution_id }) => execution_id!),
  ]);
  for (const week of now.weeks) {
    const { id, status, execution_id, due_at, paused } = week;
    if (execution_id !== null) {
      assert.equal(weekOf.get(execution_id), id, "an execution is its week's");
    }
    if (status === "completed") {
      assert.ok(
        execution_id !== null && complete.has(execution_id),
        `completed week ${id} has an execution with a complete load`,
      );
    }
    if (OPEN.includes(status)) {
      assert.ok(
        due_at !== null || live.some(({ week_id }) => week_id === id),
        `open week ${id} is due or has a live attempt: it is not lost`,
      );
    }
    assert.ok(
      due_at !== "infinity" || paused,
      `week ${id} is held only while its collection is paused`,
    );
  }
  for (const { week_id, execution_id } of now.attempts) {
    if (execution_id !== null) {
      assert.equal(weekOf.get(execution_id), week_id);
    }
  }
}

function unique(
  attempts: AttemptRow[],
  column: "week_id" | "slot" | "window_key",
  rule: string,
): void {
  const values = attempts.map((attempt) => attempt[column]);
  assert.equal(new Set(values).size, values.length, rule);
}

/**
 * What holds from one moment to the next.
 *
 * @param asked what a person asked for in between: that weeks are retried, or those that were ended reopened
 */
export function checkStep(
  before: Picture,
  now: Picture,
  asked: "retried" | "reopened" | null,
): void {
  const weeks = new Map(now.weeks.map((week) => [week.id, week]));
  for (const { id, status, execution_id } of before.weeks) {
    const week = weeks.get(id)!;
    assert.ok(
      execution_id === null || week.execution_id !== null,
      `week ${id} keeps an execution`,
    );
    if (OPEN.includes(status) || status === week.status) continue;
    const mayLeave = asked === "retried"
      ? ["failed", "cancelled", "skipped"]
      : asked === "reopened"
      ? ["cancelled", "skipped"]
      : [];
    assert.ok(
      mayLeave.includes(status) && OPEN.includes(week.status),
      `week ${id} leaves ${status} only by a request, not to ${week.status}`,
    );
  }
  const attempts = new Map(now.attempts.map((a) => [a.id, a]));
  for (const attempt of before.attempts) {
    const after = attempts.get(attempt.id)!;
    const isLoadedAfterAll = asked !== null &&
      attempt.outcome === "cancelled" &&
      lives(after);
    if (!lives(attempt) && !isLoadedAfterAll) {
      // Only the watch for a late find ends.
      assert.deepEqual(
        { ...after, watch_until: null },
        { ...attempt, watch_until: null },
        "an attempt that has ended changes no more",
      );
    }
    assert.ok(
      attempt.execution_id === null ||
        after.execution_id === attempt.execution_id,
      "an attempt keeps its execution",
    );
  }
  const executions = new Map(now.executions.map((e) => [e.id, e.status]));
  for (const { id, status } of before.executions) {
    if (ENDED_AT_AMC.includes(status ?? "")) {
      assert.equal(executions.get(id), status, "how an execution ended stays");
    }
  }
}
