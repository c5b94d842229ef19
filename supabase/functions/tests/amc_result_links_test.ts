// Which links are followed, and that none is told with what signs it.
import assert from "node:assert/strict";
import {
  LinkExpiredError,
  RefusedError,
  UnavailableError,
} from "../_shared/amc/errors.ts";
import { isAllowedHost } from "../_shared/amc/hosts.ts";
import {
  clientOf,
  holdsSecret,
  html,
  manualTimers,
  serve,
} from "./support/amc.ts";
import { CSV, csv, linkTo, QUERY, s3 } from "./support/stored_result.ts";

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
