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

Deno.test("parameters are kept of those workflows alone that are looked for", async () => {
  const parameterValues = { country: "DE" };
  await using server = serve(() =>
    json({
      executions: [
        { ...numbered(1), parameterValues },
        { ...numbered(2), parameterValues, workflowId: "other" },
      ],
    })
  );
  const { client } = clientOf(server);
  const kept = async (parametersOf?: Set<string>) =>
    (await client.listExecutions({ ...SINCE, parametersOf })).executions
      .map((execution) => execution.parameter_values);
  assert.deepEqual(await kept(), [parameterValues, parameterValues]);
  assert.deepEqual(await kept(new Set(["other"])), [null, parameterValues]);
  assert.deepEqual(await kept(new Set()), [null, null]);
});

const NAMELESS: [string, unknown, Record<string, unknown>][] = [
  ["no id", { ...CREATED, workflowExecutionId: undefined }, {
    workflow_id: CREATED.workflowId,
  }],
  ["an id that is none", { ...CREATED, workflowExecutionId: "a b" }, {
    workflow_id: CREATED.workflowId,
  }],
  ["a wrapped object without an id", {
    workflowExecution: { workflowId: "w" },
  }, { workflow_id: "w", created_at: CREATED.createTime }],
  ["only a status", { status: "RUNNING" }, {
    status: "RUNNING",
    workflow_id: null,
    created_at: CREATED.createTime,
  }],
  ["null", null, { workflow_id: null, created_at: CREATED.createTime }],
  ["a text", "x", { workflow_id: null }],
];
for (const [what, entry, says] of NAMELESS) {
  Deno.test(`${what} in a list costs no other entry, and says what it can`, async () => {
    await using server = serve(() =>
      json({ executions: [numbered(1), entry, numbered(2)] })
    );
    const listing = await clientOf(server).client.listExecutions(SINCE);
    assert.deepEqual(listing.executions.map(({ id }) => id), [
      "execution-1",
      "execution-2",
    ]);
    assert.equal(listing.complete, true);
    assert.equal(listing.skipped.length, 1);
    assert.match(listing.reasons.join(), /^Entry 2 .*workflowExecutionId\.$/);
    const [skipped] = listing.skipped;
    assert.deepEqual({ ...skipped, ...says }, skipped);
  });
}

/** Serves executions of many bytes as AMC pages them: by position, newest first unless it is asked otherwise. */
function heavy(sizes: number[]) {
  return serve(({ query }) => {
    const order = sizes.map((_, n) => n);
    if (query.sortAscending === "true") order.reverse();
    const from = Number(query.nextToken ?? 0);
    const to = from + Number(query.limit);
    return json({
      executions: order.slice(from, to).map((n) => ({
        ...numbered(n),
        createTime: new Date(Date.UTC(2024, 8, 25, 3, 0, -n)).toISOString(),
        parameterValues: { value: "x".repeat(sizes[n]) },
      })),
      ...(to < sizes.length ? { nextToken: String(to) } : {}),
    });
  });
}
const MEGABYTE = 2 ** 20;
const ids = (numbers: number[]) => numbers.map((n) => `execution-${n}`);

for (
  const [what, sizes] of [
    ["all are large", Array(30).fill(0.5 * MEGABYTE)],
    ["one fills a page alone", [...Array(20).fill(9), 7 * MEGABYTE, 9, 9]],
    ["the last ones are large", [...Array(120).fill(9), 6e6, 6e6, 6e6]],
  ] as [string, number[]][]
) {
  Deno.test(`a page that is too large is asked for again in smaller ones: ${what}`, async () => {
    await using server = heavy(sizes);
    const listing = await clientOf(server).client.listExecutions(SINCE);
    assert.deepEqual(
      listing.executions.map(({ id }) => id),
      ids(sizes.map((_, n) => n)),
    );
    assert.deepEqual(listing.skipped, []);
    assert.ok(server.asked.length < sizes.length + 10, "few requests");
  });
}

for (const [place, from] of [["first", 0], ["in the middle", 3], ["last", 7]]) {
  Deno.test(`an entry that is too large even alone is left out, and all others are read: ${place}`, async () => {
    const sizes = Array(8).fill(9);
    sizes[Number(from)] = 9 * MEGABYTE;
    await using server = heavy(sizes);
    const listing = await clientOf(server).client.listExecutions(SINCE);
    assert.deepEqual(
      listing.executions.map(({ id }) => id),
      ids(sizes.map((_, n) => n).filter((n) => n !== from)),
    );
    assert.equal(listing.skipped.length, 1);
    assert.match(listing.reasons.join(), /too large/);
    const newer = listing.executions[Number(from) - 1]?.created_at ?? null;
    assert.equal(listing.skipped[0].created_at, newer, "no newer than that");
  });
}

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
