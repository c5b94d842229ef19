import assert from "node:assert/strict";
import {
  NotFoundError,
  RefusedError,
  ThrottledError,
  UnknownOutcomeError,
} from "../_shared/amc/errors.ts";
import {
  type Asked,
  clientOf,
  CREATED,
  EXECUTION_ID,
  html,
  json,
  refusal,
  serve,
} from "./support/amc.ts";

/** A server with one execution that a PUT may cancel. */
function cancelServer(
  put: () => Response,
  statusAfter: string,
) {
  return serve((asked: Asked) =>
    asked.method === "PUT" ? put() : json({ ...CREATED, status: statusAfter })
  );
}

const CANCELS: [string, () => Response, string, string][] = [
  ["that AMC takes", () => new Response(null), "CANCELLED", "cancelled"],
  [
    "that AMC takes but does not show yet",
    () => json({}),
    "RUNNING",
    "requested",
  ],
  [
    "of a finished run",
    () => refusal(400, "Finished."),
    "SUCCEEDED",
    "finished",
  ],
  [
    "of a cancelled run",
    () => refusal(400, "Finished."),
    "CANCELLED",
    "cancelled",
  ],
  ["whose answer is lost", () => html(504), "CANCELLED", "cancelled"],
];
for (const [what, put, status, kind] of CANCELS) {
  Deno.test(`a cancel ${what} is ${kind}`, async () => {
    await using server = cancelServer(put, status);
    const outcome = await clientOf(server).client.cancelExecution(EXECUTION_ID);
    assert.equal(outcome.kind, kind);
    assert.equal(outcome.execution.status, status);
    const puts = server.asked.filter((asked) => asked.method === "PUT");
    assert.equal(puts.length, 1);
    assert.deepEqual(JSON.parse(puts[0].body), { status: "CANCELLED" });
  });
}

Deno.test("a cancel that did not work says so", async () => {
  const cancel = async (put: () => Response) => {
    await using server = cancelServer(put, "RUNNING");
    return await clientOf(server).client.cancelExecution(EXECUTION_ID)
      .catch((e) => e);
  };
  assert(await cancel(() => html(500)) instanceof UnknownOutcomeError);
  assert(await cancel(() => refusal(400, "No.")) instanceof RefusedError);
  assert(await cancel(() => refusal(403, "No.")) instanceof RefusedError);
  assert(await cancel(() => refusal(404, "No.")) instanceof NotFoundError);
  assert(await cancel(() => html(429)) instanceof ThrottledError);
});
