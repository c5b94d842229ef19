import assert from "node:assert/strict";
import {
  NotFoundError,
  NotReadyError,
  UnavailableError,
} from "../_shared/amc/errors.ts";
import {
  clientOf,
  EXECUTION_ID,
  holdsSecret,
  json,
  refusal,
  resultLink,
  ROOT,
  serve,
} from "./support/amc.ts";

Deno.test("all download links are given, files and metadata apart, on all pages", async () => {
  await using server = serve((_, nth) =>
    nth === 0
      ? json({
        downloadUrls: [resultLink(1), resultLink(2)],
        metadataDownloadUrls: [resultLink(9)],
        nextToken: "a",
      })
      : json({ downloadUrls: [resultLink(3)] })
  );
  const links = await clientOf(server).client.downloadUrls(EXECUTION_ID);
  assert.deepEqual(links.urls, [resultLink(1), resultLink(2), resultLink(3)]);
  assert.deepEqual(links.metadataUrls, [resultLink(9)]);
  assert.equal(
    server.asked[0].path,
    `${ROOT}/workflowExecutions/${EXECUTION_ID}/downloadUrls`,
  );
});

Deno.test("a placeholder as nextToken does not make files twice", async () => {
  await using server = serve((_, nth) =>
    json({
      downloadUrls: [resultLink(1, String(nth))],
      nextToken: "placeholder",
    })
  );
  const links = await clientOf(server).client.downloadUrls(EXECUTION_ID);
  assert.deepEqual(links.urls, [resultLink(1, "0")]);
  assert.equal(server.asked.length, 2);
});

Deno.test("links that differ in their query are different files, unless it is only another signature", async () => {
  const signed = (query: string, n: number) =>
    `https://results.s3.us-east-1.amazonaws.com/part.csv?${query}X-Amz-Date=${n}&X-Amz-Signature=${n}`;
  const cloudFront = (n: number) =>
    `https://d1.cloudfront.net/part.csv?Expires=${n}&Signature=${n}&Key-Pair-Id=K`;
  const files = (n: number) => [
    signed("", n),
    signed("partNumber=1&", n),
    signed("partNumber=2&", n),
    signed("versionId=a%2Fb&", n),
    cloudFront(n),
  ];
  await using server = serve((_, nth) =>
    json({ downloadUrls: files(nth), nextToken: "placeholder" })
  );
  const links = await clientOf(server).client.downloadUrls(EXECUTION_ID);
  assert.deepEqual(links.urls, files(0));
});

/** A link to an object, with these parameters. */
function link(parameters: string, path = "part.csv"): string {
  return `https://amc-output.s3.us-east-1.amazonaws.com/${path}?${parameters}`;
}

const FILES: [string, string[], number][] = [
  ["that differ only in their query", [link("part=1"), link("part=2")], 2],
  ["of two versions", [
    link("versionId=a&X-Amz-Signature=1"),
    link("versionId=b&X-Amz-Signature=1"),
  ], 2],
  ["of two parts", [link("partNumber=1"), link("partNumber=2")], 2],
  [
    "of other keys",
    [link("key=a%2Cb"), link("key=a,b&key=c"), link("key=a")],
    3,
  ],
  [
    "to two hosts",
    [link("a=1"), link("a=1").replace("us-east-1", "eu-west-1")],
    2,
  ],
  ["of one file, signed twice", [
    link("X-Amz-Date=1&X-Amz-Expires=600&X-Amz-Signature=a&versionId=v"),
    link("versionId=v&X-Amz-Date=2&X-Amz-Expires=600&X-Amz-Signature=b"),
  ], 1],
  ["of one file, signed as S3 did before", [
    link("AWSAccessKeyId=k&Expires=1&Signature=a"),
    link("AWSAccessKeyId=k&Expires=2&Signature=b"),
  ], 1],
  ["of one file, signed by CloudFront", [
    link("Policy=a&Key-Pair-Id=k&Signature=a"),
    link("Policy=b&Key-Pair-Id=k&Signature=b"),
  ], 1],
];
for (const [what, downloadUrls, count] of FILES) {
  Deno.test(`links ${what} lead to ${count} files`, async () => {
    await using server = serve(() => json({ downloadUrls }));
    const links = await clientOf(server).client.downloadUrls(EXECUTION_ID);
    assert.deepEqual(links.urls, downloadUrls.slice(0, count));
    assert.equal(new Set(links.files).size, count);
    assert.ok(!/Signature|X-Amz|AWSAccess/i.test(links.files.join()));
  });
}

const NOT_READY: [string, () => Response][] = [
  [
    "404 unavailable",
    () =>
      refusal(
        404,
        `Execution with ID ${EXECUTION_ID} is unavailable for download.`,
      ),
  ],
  [
    "400 unavailable",
    () =>
      refusal(
        400,
        `Execution with ID ${EXECUTION_ID} is unavailable for download.`,
      ),
  ],
  ["404 in other words", () => refusal(404, "No result.")],
  ["no link", () => json({ downloadUrls: [], metadataDownloadUrls: [] })],
  ["an empty object", () => json({})],
];
for (const [what, answer] of NOT_READY) {
  Deno.test(`a result is not ready when AMC answers ${what}`, async () => {
    await using server = serve(answer);
    await assert.rejects(
      clientOf(server).client.downloadUrls(EXECUTION_ID),
      NotReadyError,
    );
    assert.equal(server.asked.length, 1);
  });
}

Deno.test("links of an execution that does not exist are not found", async () => {
  await using server = serve(() =>
    refusal(404, `Workflow execution with ID ${EXECUTION_ID} does not exist.`)
  );
  await assert.rejects(
    clientOf(server).client.downloadUrls(EXECUTION_ID),
    NotFoundError,
  );
});

Deno.test("links in a form that nobody expected do not get into the error", async () => {
  await using server = serve(() =>
    json({ downloadUrls: [{ url: resultLink(1) }] })
  );
  const { client, log } = clientOf(server);
  const failure = await client.downloadUrls(EXECUTION_ID).catch((e) => e);
  assert(failure instanceof UnavailableError);
  assert(!holdsSecret(failure) && !holdsSecret(log));
});
