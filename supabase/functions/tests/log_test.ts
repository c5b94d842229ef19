import assert from "node:assert/strict";
import { createLog, logFailure } from "../_shared/log.ts";

function logged(): { log: ReturnType<typeof createLog>; lines: string[] } {
  const lines: string[] = [];
  return { log: createLog((line) => void lines.push(line)), lines };
}

Deno.test("a log line is one line of JSON with time, level, event and what is known", () => {
  const { log, lines } = logged();
  log("warn", "week_failed", {
    week_id: "w",
    message: 'two\nlines and a "quote"',
    rows: 0,
    adopted: false,
    request_id: null,
    status: undefined,
  });
  assert.equal(lines.length, 1);
  assert.ok(!lines[0].includes("\n"));
  const { at, ...said } = JSON.parse(lines[0]);
  assert.ok(Math.abs(Date.now() - Date.parse(at)) < 60_000);
  assert.deepEqual(said, {
    level: "warn",
    event: "week_failed",
    week_id: "w",
    message: 'two\nlines and a "quote"',
    rows: 0,
    adopted: false,
  });
});

Deno.test("an event needs no fields", () => {
  const { log, lines } = logged();
  log("info", "tick_ended");
  assert.deepEqual(Object.keys(JSON.parse(lines[0])), ["at", "level", "event"]);
});

Deno.test("a failure is logged with the ids of what it was about, and nothing else of it", () => {
  const { log, lines } = logged();
  const error = Object.assign(new TypeError("no answer"), { code: "08006" });
  logFailure(log, "step_failed", error, {
    instance_id: "i",
    week_id: "w",
    credential: "secret",
  });
  const { at: _, ...said } = JSON.parse(lines[0]);
  assert.deepEqual(said, {
    level: "error",
    event: "step_failed",
    instance_id: "i",
    week_id: "w",
    error: "TypeError",
    code: "08006",
    message: "no answer",
  });
});
