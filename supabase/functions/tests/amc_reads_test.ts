import assert from "node:assert/strict";
import { NotFoundError, UnavailableError } from "../_shared/amc/errors.ts";
import { API_URLS } from "../_shared/amc/hosts.ts";
import {
  clientOf,
  CREATED,
  EXECUTION_ID,
  html,
  json,
  refusal,
  ROOT,
  serve,
} from "./support/amc.ts";

Deno.test("an execution is read flat and wrapped, whatever the content type", async () => {
  for (const body of [CREATED, { workflowExecution: CREATED }]) {
    await using server = serve(() =>
      json(body, 200, {
        "content-type": "application/octet-stream",
        "x-amz-request-id": "rid",
      })
    );
    const { client } = clientOf(server);
    const execution = await client.getExecution(EXECUTION_ID);
    assert.equal(execution.status, "PENDING");
    assert.equal(execution.request_id, "rid");
    assert.equal(
      server.asked[0].path,
      `${ROOT}/workflowExecutions/${EXECUTION_ID}`,
    );
    assert.equal(
      server.asked[0].headers["amazon-advertising-api-advertiserid"],
      "ENTITY1AA1AA11AAA1",
    );
  }
});

Deno.test("each region has its own host", async () => {
  for (const region of ["NA", "EU", "FE"] as const) {
    let asked = "";
    const { client } = clientOf({ url: "https://x.test", host: "" }, {
      apiUrl: undefined,
      instance: {
        instanceId: "amcr1aaaa1a",
        entityId: "E",
        marketplaceId: "M",
        region,
      },
      fetch: (url) => {
        asked = String(url);
        return Promise.resolve(json(CREATED));
      },
    });
    await client.getExecution(EXECUTION_ID);
    assert(asked.startsWith(`${API_URLS[region]}/amc/reporting/`));
  }
});

Deno.test("a plain http API elsewhere is refused", () => {
  assert.throws(
    () => clientOf({ url: "http://amc.example.com", host: "" }),
    /must be https/,
  );
});

Deno.test("another execution than the one asked for is no answer", async () => {
  await using server = serve(() => json(CREATED));
  const { client } = clientOf(server);
  await assert.rejects(client.getExecution("other"), UnavailableError);
});

for (
  const [status, text] of [
    [404, "Not found."],
    [400, `Workflow execution with ID ${EXECUTION_ID} does not exist.`],
  ] as const
) {
  Deno.test(`an unknown execution is not found, said with ${status}`, async () => {
    await using server = serve(() =>
      refusal(status, text, { "x-amz-request-id": "rid" })
    );
    const { client } = clientOf(server);
    const failure = await client.getExecution(EXECUTION_ID).catch((e) => e);
    assert(failure instanceof NotFoundError);
    assert.deepEqual(
      [failure.code, failure.status, failure.requestId, failure.message],
      ["not_found", status, "rid", text],
    );
    assert.equal(server.asked.length, 1);
  });
}

Deno.test("a 404 that is not AMC's own is not the word that something does not exist", async () => {
  await using server = serve(() => html(404));
  const { client } = clientOf(server);
  const failure = await client.getExecution(EXECUTION_ID).catch((e) => e);
  assert(failure instanceof UnavailableError);
  assert.equal(server.asked.length, 1);
});

for (const status of [400, 403, 422]) {
  Deno.test(`a read that AMC refuses with ${status} is not tried again`, async () => {
    await using server = serve(() => refusal(status, "Unauthorized request."));
    const { client } = clientOf(server);
    await assert.rejects(client.getExecution(EXECUTION_ID), {
      name: "RefusedError",
      status,
      message: "Unauthorized request.",
    });
    assert.equal(server.asked.length, 1);
  });
}

Deno.test("a read follows no redirect", async () => {
  await using elsewhere = serve(() => json(CREATED));
  await using server = serve(() =>
    new Response(null, {
      status: 302,
      headers: { location: elsewhere.url },
    })
  );
  const { client } = clientOf(server);
  await assert.rejects(client.getExecution(EXECUTION_ID), UnavailableError);
  assert.equal(elsewhere.asked.length, 0);
});
