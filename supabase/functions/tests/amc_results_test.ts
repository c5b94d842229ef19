import assert from "node:assert/strict";
import {
  LinkExpiredError,
  NotFoundError,
  RefusedError,
  ResultChangedError,
  UnavailableError,
} from "../_shared/amc/errors.ts";
import { isAllowedHost } from "../_shared/amc/hosts.ts";
import { isInstanceWide } from "../_shared/collector/pause_instance.ts";
import {
  clientOf,
  holdsSecret,
  html,
  manualTimers,
  serve,
  type Server,
} from "./support/amc.ts";

const QUERY = "?X-Amz-Expires=600&X-Amz-Signature=very-secret-signature";
const CSV = "a,b\n1,2\n";

function linkTo(server: Server): string {
  return `${server.url}/result/one.csv${QUERY}`;
}

function s3(status: number, code: string): Response {
  return new Response(
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>Request has expired</Message>` +
      `<StringToSign>very-secret-string</StringToSign></Error>`,
    { status, headers: { "content-type": "application/xml" } },
  );
}

/** Serves the CSV as S3 does, with ranges. */
function csv(range: string | undefined): Response {
  const match = /^bytes=(\d+)-(\d*)$/.exec(range ?? "");
  const headers: Record<string, string> = { etag: '"e1"' };
  if (!match) {
    headers["content-length"] = String(CSV.length);
    return new Response(CSV, { headers });
  }
  const start = Number(match[1]);
  const end = match[2] === "" ? CSV.length - 1 : Number(match[2]);
  const part = CSV.slice(start, end + 1);
  headers["content-range"] = `bytes ${start}-${end}/${CSV.length}`;
  headers["content-length"] = String(part.length);
  return new Response(part, { status: 206, headers });
}

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

for (
  const [status, code] of [
    [403, "AccessDenied"],
    [403, "SignatureDoesNotMatch"],
    [400, "ExpiredToken"],
  ] as const
) {
  Deno.test(`an expired link (${status} ${code}) is told as such, without its query`, async () => {
    await using server = serve(() => s3(status, code));
    const { client, log } = clientOf(server);
    const failure = await client.openResult(linkTo(server)).catch((e) => e);
    assert(failure instanceof LinkExpiredError);
    assert.equal(failure.status, status);
    assert.match(failure.message, new RegExp(code));
    assert.match(failure.message, /\/result\/one\.csv/);
    assert(!holdsSecret(failure), failure.message);
    assert(!holdsSecret(log));
    assert.equal(server.asked.length, 1);
  });
}

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

Deno.test("a 403 in HTML is not an expired link", async () => {
  await using server = serve(() => html(403));
  const failure = await clientOf(server).client.openResult(linkTo(server))
    .catch((e) => e);
  assert(failure instanceof RefusedError);
});

Deno.test("a result link follows no redirect", async () => {
  await using elsewhere = serve(() => csv(undefined));
  await using server = serve(() =>
    new Response(null, {
      status: 307,
      headers: { location: `${elsewhere.url}/x` },
    })
  );
  const failure = await clientOf(server).client.openResult(linkTo(server))
    .catch((e) => e);
  assert(failure instanceof UnavailableError);
  assert.equal(elsewhere.asked.length, 0);
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

Deno.test("a link without an answer is given up in time, and the error hides its query", async () => {
  const timers = manualTimers();
  const { client } = clientOf({ url: "https://amc.test", host: "" }, {
    startTimer: timers.startTimer,
    resultHosts: ["*.amazonaws.com"],
    retry: { tries: 1 },
    fetch: (url, init) => {
      queueMicrotask(() => timers.fire(30_000));
      return new Promise((_, reject) =>
        init!.signal!.addEventListener(
          "abort",
          () => reject(new Error(`error sending request for url (${url})`)),
        )
      );
    },
  });
  const failure = await client.openResult(
    `https://a.s3.amazonaws.com/one.csv${QUERY}`,
  ).catch((e) => e);
  assert(failure instanceof UnavailableError);
  assert.match(failure.message, /https:\/\/a\.s3\.amazonaws\.com\/one\.csv/);
  assert(!holdsSecret(failure));
});

Deno.test("a network failure quotes the link without its query", async () => {
  const { client, log } = clientOf({ url: "https://amc.test", host: "" }, {
    resultHosts: ["*.amazonaws.com"],
    fetch: (url) =>
      Promise.reject(new TypeError(`error sending request for url (${url})`)),
  });
  const failure = await client.openResult(
    `https://a.s3.amazonaws.com/one.csv${QUERY}`,
  ).catch((e) => e);
  assert(failure instanceof UnavailableError);
  assert(!holdsSecret(failure), failure.message);
  assert(!holdsSecret(log));
});

const REFUSED_LINKS: [string, string[]][] = [
  ["http://a.s3.amazonaws.com/x", ["*.amazonaws.com"]],
  ["https://evil.test/x", ["*.amazonaws.com"]],
  ["https://amazonaws.com/x", ["*.amazonaws.com"]],
  ["https://evilamazonaws.com/x", ["*.amazonaws.com"]],
  ["https://a.amazonaws.com.evil.test/x", ["*.amazonaws.com"]],
  ["https://a.s3.amazonaws.com:8443/x", ["*.amazonaws.com"]],
  ["https://user:very-secret@a.s3.amazonaws.com/x", ["*.amazonaws.com"]],
  ["http://127.0.0.1:8000/x", ["*.amazonaws.com"]],
  ["http://127.0.0.1:8000/x", ["127.0.0.1:9000"]],
  ["http://10.0.0.1/x", ["10.0.0.1"]],
  ["http://169.254.169.254/latest", ["169.254.169.254"]],
  ["https://a.test/x", ["*", "*.", ""]],
  ["file:///etc/passwd", ["*.amazonaws.com", ""]],
  ["ftp://a.s3.amazonaws.com/x", ["*.amazonaws.com"]],
  ["not a link", ["*.amazonaws.com"]],
];
for (const [link, resultHosts] of REFUSED_LINKS) {
  Deno.test(`the link ${link.replace(/very-secret/, "…")} is refused where ${JSON.stringify(resultHosts)} may be asked`, async () => {
    let calls = 0;
    const { client } = clientOf({ url: "https://amc.test", host: "" }, {
      resultHosts,
      fetch: () => {
        calls++;
        return Promise.resolve(new Response(CSV));
      },
    });
    const failure = await client.openResult(link + QUERY).catch((e) => e);
    assert(failure instanceof RefusedError);
    assert.equal(failure.code, "link_not_allowed");
    assert.equal(calls, 0);
    assert(!holdsSecret(failure), failure.message);
  });
}

Deno.test("hosts are allowed by name, by name and port, and by suffix", () => {
  const allowed = (link: string, ...hosts: string[]) =>
    isAllowedHost(new URL(link), hosts);
  assert(allowed("https://a.s3.us-east-1.amazonaws.com/x", "*.amazonaws.com"));
  assert(allowed("https://A.S3.AMAZONAWS.COM/x", " *.AmazonAWS.com "));
  assert(allowed("https://files.test/x", "files.test"));
  assert(!allowed("https://files.test:444/x", "files.test"));
  assert(allowed("https://files.test:444/x", "files.test:444"));
  assert(allowed("http://127.0.0.1:5/x", "127.0.0.1"));
  assert(allowed("http://localhost:5/x", "localhost:5"));
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
