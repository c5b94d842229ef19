// How a result is opened: whole or in part, and as the file that it was.
import assert from "node:assert/strict";
import {
  NotFoundError,
  ResultChangedError,
  UnavailableError,
} from "../_shared/amc/errors.ts";
import { isInstanceWide } from "../_shared/collector/pause_instance.ts";
import { clientOf, holdsSecret, manualTimers, serve } from "./support/amc.ts";
import { CSV, csv, linkTo, s3 } from "./support/stored_result.ts";

Deno.test("a result is opened with its etag and length, and without our headers", async () => {
  await using server = serve((asked) => csv(asked.headers.range));
  const { client, log } = clientOf(server);
  const result = await client.openResult(linkTo(server));
  assert.equal(await new Response(result.body).text(), CSV);
  assert.deepEqual(
    [result.status, result.etag, result.length, result.totalLength],
    [200, '"e1"', CSV.length, CSV.length],
  );
  const { headers, query } = server.asked[0];
  assert.equal(headers.authorization, undefined);
  assert.deepEqual(
    Object.keys(headers).filter((name) => name.startsWith("amazon-")),
    [],
  );
  assert.equal(headers["accept-encoding"], "identity");
  assert.match(headers["user-agent"], /^amc-history\//);
  assert.equal(query["X-Amz-Signature"], "very-secret-signature");
  assert.equal(log[0].target, `${server.url}/result/one.csv`);
  assert(!holdsSecret(log));
});

Deno.test("a part of a result is opened by range and etag", async () => {
  await using server = serve((asked) => csv(asked.headers.range));
  const { client } = clientOf(server);
  const rest = await client.openResult(linkTo(server), {
    range: { start: 4 },
    ifMatch: '"e1"',
  });
  assert.equal(await new Response(rest.body).text(), CSV.slice(4));
  assert.deepEqual([rest.status, rest.length, rest.totalLength], [206, 4, 8]);
  assert.equal(server.asked[0].headers.range, "bytes=4-");
  assert.equal(server.asked[0].headers["if-match"], '"e1"');
  const middle = await client.openResult(linkTo(server), {
    range: { start: 2, end: 3 },
  });
  assert.equal(await new Response(middle.body).text(), "b\n");
});

Deno.test("a server that ignores the range, or answers another, is not believed", async () => {
  for (
    const answer of [
      () => csv(undefined),
      () => csv("bytes=0-"),
      () => new Response(CSV, { status: 206 }),
    ]
  ) {
    await using server = serve(answer);
    await assert.rejects(
      clientOf(server).client.openResult(linkTo(server), {
        range: { start: 4 },
      }),
      { code: "wrong_range" },
    );
  }
});

Deno.test("a whole result from the first byte may come as 200", async () => {
  await using server = serve(() => csv(undefined));
  const result = await clientOf(server).client.openResult(linkTo(server), {
    range: { start: 0 },
  });
  assert.equal(await new Response(result.body).text(), CSV);
});

Deno.test("a file that has changed is told from one that is gone", async () => {
  const open = async (answer: () => Response) => {
    await using server = serve(answer);
    return await clientOf(server).client.openResult(linkTo(server), {
      ifMatch: '"old"',
    }).catch((e) => e);
  };
  const changed = await open(() => s3(412, "PreconditionFailed"));
  assert(changed instanceof ResultChangedError);
  assert(await open(() => s3(404, "NoSuchKey")) instanceof NotFoundError);
});

Deno.test("a range that is not one is a mistake of the caller", async () => {
  await using server = serve(() => csv(undefined));
  const { client } = clientOf(server);
  for (const range of [{ start: -1 }, { start: 1.5 }, { start: 5, end: 4 }]) {
    await assert.rejects(
      client.openResult(linkTo(server), { range }),
      RangeError,
    );
  }
  assert.equal(server.asked.length, 0);
});

Deno.test("the timeout of a link ends with the headers, the caller's signal does not", async () => {
  const timers = manualTimers();
  const caller = new AbortController();
  await using server = serve(() =>
    new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode("a,b\n"));
        },
      }),
    )
  );
  const { client } = clientOf(server, { startTimer: timers.startTimer });
  const result = await client.openResult(linkTo(server), {
    signal: caller.signal,
  });
  assert.deepEqual(timers.running(), []);
  const reader = result.body.getReader();
  assert.equal((await reader.read()).done, false);
  caller.abort();
  await assert.rejects(reader.read());
});

Deno.test("a store that is busy is asked again within the bounds", async () => {
  await using server = serve((_, nth) =>
    nth < 2 ? s3(503, "SlowDown") : csv(undefined)
  );
  const { client, waits } = clientOf(server);
  const result = await client.openResult(linkTo(server));
  await result.body.cancel();
  assert.equal(waits.length, 2);
});

for (
  const [status, code, wait] of [
    [429, "SlowDown", "700"],
    [503, "SlowDown", "700"],
    [503, "ServiceUnavailable", null],
    [500, "InternalError", null],
  ] as const
) {
  Deno.test(`a storage that answers ${status} ${code} is out of order for the result, not for the instance`, async () => {
    await using server = serve(() => {
      const answer = s3(status, code);
      if (wait !== null) answer.headers.set("retry-after", wait);
      return answer;
    });
    const failure = await clientOf(server).client.openResult(linkTo(server))
      .catch((e) => e);
    assert(failure instanceof UnavailableError);
    assert(!isInstanceWide(failure));
    assert.deepEqual(
      [failure.status, failure.retryable, failure.retryAfterSeconds],
      [status, true, wait === null ? null : Number(wait)],
    );
    assert.match(failure.message, new RegExp(`Status ${status}: ${code}`));
  });
}
