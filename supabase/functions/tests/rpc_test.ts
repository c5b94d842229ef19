import assert from "node:assert/strict";
import { DatabaseError } from "../_shared/database/errors.ts";
import { createRpc, type RpcClient } from "../_shared/database/rpc.ts";

interface Response {
  data: unknown;
  error: unknown;
  status: number;
}

interface Failure {
  message: string;
  code?: string;
  details?: string | null;
  hint?: string | null;
  status?: number;
}

/** A response of the data API, to a call that takes a signal. */
function answering(response: Response) {
  return { abortSignal: () => Promise.resolve(response) };
}

/** A caller whose calls fail one after the other, as given, and then succeed. */
function failing(failures: Failure[]) {
  const calls: { name: string; args: unknown }[] = [];
  const waits: number[] = [];
  const left = [...failures];
  const client: RpcClient = {
    rpc(name: string, args: unknown) {
      calls.push({ name, args });
      const failure = left.shift();
      if (!failure) {
        return answering({ data: "done", error: null, status: 200 });
      }
      const { status = 500, ...error } = failure;
      return answering({ data: null, error, status });
    },
  };
  const rpc = createRpc(client, (ms) => {
    waits.push(ms);
    return Promise.resolve();
  });
  // The database's types are of no matter here: anything is answered.
  const call = rpc as unknown as (
    name: string,
    args: Record<string, unknown>,
  ) => Promise<unknown>;
  return { call, calls, waits };
}

const PASSING: [string, Failure][] = [
  ["no answer", { message: "fetch failed", code: "", status: 0 }],
  ["an answer without a code", { message: "Bad Gateway", status: 502 }],
  ["a lost connection", { message: "lost", code: "08006" }],
  ["a serialization failure", { message: "again", code: "40001" }],
  ["a deadlock", { message: "deadlock", code: "40P01" }],
  ["too many connections", { message: "full", code: "53300" }],
  ["a full disk", { message: "full", code: "53100" }],
  ["a server that shuts down", { message: "bye", code: "57P01" }],
  ["a server that starts", { message: "wait", code: "57P03" }],
  ["a statement that took too long", { message: "long", code: "57014" }],
  ["PostgREST without a connection", { message: "pool", code: "PGRST003" }],
];
const FINAL: [string, Failure][] = [
  ["a refusal of a function", { message: "no", code: "22023", status: 400 }],
  ["a constraint", { message: "no", code: "23514", status: 400 }],
  ["a missing right", { message: "no", code: "42501", status: 403 }],
  ["an error in a function", { message: "no", code: "P0001", status: 400 }],
  ["a function that is not there", {
    message: "no",
    code: "PGRST202",
    status: 404,
  }],
  ["a token that is not right", {
    message: "no",
    code: "PGRST301",
    status: 401,
  }],
  ["a status of our own", { message: "no", code: "PT404", status: 404 }],
];
const REPEATABLE = [
  "record_execution",
  "report_create",
  "record_listing",
  "settle_attempt",
  "update_week_status",
  "fail_load",
  "mark_workflow_saved",
  "refute_confirmation",
  "confirm_execution",
  "confirm_no_execution",
  "resolve_alert",
  "finished_attempts",
];
/** What answers something else when it is called again, or does the same twice. */
const ONCE = [
  "claim_due_weeks",
  "claim_listing",
  "claim_loads",
  "claim_cancellations",
  "start_collection",
  "pause_instance",
  "report_credential_failure",
];

for (const name of REPEATABLE) {
  Deno.test(`${name} is repeated after what may pass, until it succeeds`, async () => {
    for (const [what, failure] of PASSING) {
      const { call, calls, waits } = failing([failure, failure]);
      assert.equal(await call(name, { a: 1 }), "done", what);
      assert.deepEqual(calls, Array(3).fill({ name, args: { a: 1 } }), what);
      assert.equal(waits.length, 2);
    }
  });

  Deno.test(`${name} is not repeated after a refusal`, async () => {
    for (const [what, failure] of FINAL) {
      const { call, calls } = failing([failure]);
      await assert.rejects(call(name, {}), DatabaseError, what);
      assert.equal(calls.length, 1, what);
    }
  });
}

for (const name of ONCE) {
  Deno.test(`${name} is never repeated`, async () => {
    for (const [what, failure] of [...PASSING, ...FINAL]) {
      const { call, calls, waits } = failing([failure]);
      await assert.rejects(call(name, {}), DatabaseError, what);
      assert.equal(calls.length, 1, what);
      assert.deepEqual(waits, []);
    }
  });
}

Deno.test("repeating is bounded, and its pauses are", async () => {
  const [, failure] = PASSING[0];
  for (const name of ["report_create", "record_execution"]) {
    const { call, calls, waits } = failing(Array(100).fill(failure));
    await assert.rejects(call(name, {}), DatabaseError);
    assert.ok(calls.length > 2 && calls.length <= 10, `${calls.length} calls`);
    assert.equal(waits.length, calls.length - 1);
    for (const wait of waits) assert.ok(wait >= 0 && wait <= 10_000);
    // An attempt's lease is 60 s: a worker that still repeats holds it.
    assert.ok(waits.reduce((sum, wait) => sum + wait, 0) < 60_000);
  }
});

Deno.test("an error tells all that the database said", async () => {
  const { call } = failing([{
    message: "Unknown time zone 'Mars'.",
    code: "22023",
    details: "unknown_time_zone",
    hint: "Use a name such as UTC.",
    status: 400,
  }]);
  const error = await call("start_collection", {}).then(
    () => assert.fail("it failed"),
    (error: DatabaseError) => error,
  );
  assert.equal(error.name, "DatabaseError");
  assert.equal(error.message, "Unknown time zone 'Mars'.");
  assert.equal(error.code, "22023");
  assert.equal(error.detail, "unknown_time_zone");
  assert.equal(error.hint, "Use a name such as UTC.");
  assert.equal(error.status, 400);
  assert.equal(error.procedure, "start_collection");
});

Deno.test("what the database did not say is null, not left out", async () => {
  const { call } = failing([{ message: "fetch failed", code: "", status: 0 }]);
  const error = await call("claim_loads", {}).then(
    () => assert.fail("it failed"),
    (error: DatabaseError) => error,
  );
  assert.deepEqual(
    [error.code, error.detail, error.hint, error.status],
    [null, null, null, 0],
  );
  assert.ok(error.isPassing);
});
