import assert from "node:assert/strict";
import { RefusedError, UnavailableError } from "../_shared/amc/errors.ts";
import {
  clientOf,
  CREATED,
  html,
  json,
  refusal,
  serve,
} from "./support/amc.ts";

const SINCE = { minCreationTime: "2024-09-25T02:11:51.900Z" };

const numbered = (n: number) => ({
  ...CREATED,
  workflowExecutionId: `execution-${n}`,
});

for (
  const [what, end] of [
    ["absent", {}],
    ["null", { nextToken: null }],
    ["empty", { nextToken: "" }],
  ] as const
) {
  Deno.test(`a listing reads all pages until nextToken is ${what}`, async () => {
    await using server = serve((asked) => {
      const page = Number(asked.query.nextToken ?? 0);
      return json(
        {
          executions: [numbered(2 * page), numbered(2 * page + 1)],
          ...(page < 2 ? { nextToken: String(page + 1) } : end),
        },
        200,
        {
          "x-amz-request-id": `rid-${page}`,
          date: `Wed, 25 Sep 2024 03:0${page}:00 GMT`,
        },
      );
    });
    const { client } = clientOf(server);
    const listing = await client.listExecutions({
      ...SINCE,
      workflowId: "my-first-workflow",
    });
    assert.deepEqual(
      listing.executions.map((execution) => execution.id),
      [0, 1, 2, 3, 4, 5].map((n) => `execution-${n}`),
    );
    assert.equal(listing.complete, true);
    assert.equal(listing.serverDate, "2024-09-25T03:00:00.000Z");
    assert.deepEqual(listing.requestIds, ["rid-0", "rid-1", "rid-2"]);
    assert.deepEqual(server.asked[0].query, {
      workflowId: "my-first-workflow",
      minCreationTime: "2024-09-25T02:11:51",
      timeZone: "UTC",
      includeCancelled: "true",
      limit: "100",
    });
    assert.deepEqual(server.asked[2].query, {
      ...server.asked[0].query,
      nextToken: "2",
    });
  });
}

Deno.test("a listing of the whole instance names no workflow", async () => {
  await using server = serve(() => json({ executions: [] }));
  const listing = await clientOf(server).client.listExecutions(SINCE);
  assert.deepEqual(listing.executions, []);
  assert.equal("workflowId" in server.asked[0].query, false);
});

Deno.test("an execution that comes on two pages counts once, as last seen", async () => {
  await using server = serve((_, nth) =>
    nth === 0
      ? json({ executions: [numbered(1)], nextToken: "a" })
      : json({ executions: [{ ...numbered(1), status: "RUNNING" }] })
  );
  const listing = await clientOf(server).client.listExecutions(SINCE);
  assert.deepEqual(listing.executions.map((e) => e.status), ["RUNNING"]);
});

Deno.test("a listing with an entry that cannot be read is not complete", async () => {
  await using server = serve(() =>
    json({ executions: [numbered(1), { status: "RUNNING" }, null] })
  );
  const listing = await clientOf(server).client.listExecutions(SINCE);
  assert.equal(listing.executions.length, 1);
  assert.equal(listing.complete, false);
});

Deno.test("a page token that comes twice ends the listing with an error", async () => {
  await using server = serve(() =>
    json({ executions: [numbered(1)], nextToken: "same" })
  );
  await assert.rejects(
    clientOf(server).client.listExecutions(SINCE),
    /page token twice/,
  );
  assert.equal(server.asked.length, 2);
});

Deno.test("pages without end end the listing with an error", async () => {
  await using server = serve((_, nth) =>
    json({ executions: [], nextToken: String(nth) })
  );
  await assert.rejects(
    clientOf(server).client.listExecutions(SINCE),
    /at most 100 pages/,
  );
  assert.equal(server.asked.length, 100);
});

const NO_LIST: [string, () => Response][] = [
  ["an empty object", () => json({})],
  ["executions null", () => json({ executions: null })],
  ["HTML", () => html(200)],
  ["an empty body", () => new Response("")],
];
for (const [what, answer] of NO_LIST) {
  Deno.test(`${what} is not an empty list`, async () => {
    await using server = serve(answer);
    await assert.rejects(
      clientOf(server).client.listExecutions(SINCE),
      UnavailableError,
    );
  });
}

Deno.test("a page that fails fails the listing", async () => {
  await using server = serve((_, nth) =>
    nth === 0
      ? json({ executions: [numbered(1)], nextToken: "a" })
      : refusal(400, "Bad token.")
  );
  await assert.rejects(
    clientOf(server).client.listExecutions(SINCE),
    RefusedError,
  );
});
