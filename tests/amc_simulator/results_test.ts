import assert from "node:assert/strict";
import { parse } from "csv-parse/sync";
import { DEMO_WORKFLOW } from "../../local/amc/mod.ts";
import { type Client, withAmc } from "./client.ts";

async function texts(client: Client, changes = {}): Promise<string[]> {
  const { json } = await client.create(changes);
  const links = await client.links(json.workflowExecutionId);
  return await Promise.all(
    links.map(async (link) => await (await fetch(link)).text()),
  );
}

const NEXT_WEEK = {
  timeWindowStart: "2024-01-27T00:00:00",
  timeWindowEnd: "2024-02-03T00:00:00",
};

Deno.test("a result is the same for the same seed, workflow and window, and other otherwise", async () => {
  const run = async (seed: string, changes = {}) => {
    let text = "";
    await withAmc({ seed }, async (client) => {
      [text] = await texts(client, changes);
      assert.equal((await texts(client, changes))[0], text);
    });
    return text;
  };
  const first = await run("7");
  assert.equal(await run("7"), first);
  assert.notEqual(await run("8"), first);
  assert.notEqual(await run("7", NEXT_WEEK), first);
});

Deno.test("a result looks like a week of campaigns", async () => {
  await withAmc({}, async (client) => {
    const [text] = await texts(client);
    const rows: Record<string, string>[] = parse(text, { columns: true });
    assert.ok(rows.length >= 200 && rows.length <= 600);
    assert.ok(rows.every((row) => BigInt(row.campaign_id) > 2n ** 53n));
    assert.ok(rows.some(({ campaign }) => campaign.includes(",")));
    assert.ok(rows.some(({ campaign }) => campaign.includes('"')));
    // deno-lint-ignore no-control-regex
    assert.ok(rows.some(({ campaign }) => /[^\x00-\x7f]/.test(campaign)));
    assert.ok(rows.some(({ spend }) => /^\d+\.\d{17}$/.test(spend)));
    const withheld = rows.filter(({ filtered }) => filtered === "TRUE");
    assert.ok(withheld.length > 0 && withheld.length < rows.length / 2);
    assert.ok(withheld.every((row) => row.unique_reach === ""));
    const keys = rows.map((row) => `${row.campaign_id} ${row.placement}`);
    assert.equal(new Set(keys).size, rows.length);
  });
});

Deno.test("the header is that of the output columns, also when there are no rows", async () => {
  await withAmc({ results: { headerOnly: true } }, async (client, amc) => {
    const { json } = await client.create();
    const [link] = await client.links(json.workflowExecutionId);
    const text = await (await fetch(link)).text();
    const { json: got } = await client.get(json.workflowExecutionId);
    const names = got.outputColumns.map(({ name }: { name: string }) => name);
    assert.equal(text, names.join(",") + "\n");
    assert.equal(names.at(-1), "filtered");
    assert.equal(amc.ledger().length, 1);
  });
});

Deno.test("a result is split into files that each begin with the header", async () => {
  await withAmc({ results: { rows: 11, files: 5 } }, async (client) => {
    const files = await texts(client);
    assert.equal(files.length, 5);
    const heads = files.map((text) => text.split("\n")[0]);
    assert.equal(new Set(heads).size, 1);
    const rows = files.flatMap((text) => parse(text, { from_line: 2 }));
    assert.equal(rows.length, 11);
  });
});

Deno.test("a result follows the output format of its workflow", async () => {
  const formats = [[",", '"', '"'], [",", '"', "\\"], ["\t", "'", "\\"]];
  const read: unknown[] = [];
  for (const [separator, quote, escape] of formats) {
    const workflow = {
      ...DEMO_WORKFLOW,
      workflowId: "weekly",
      outputFormat: {
        separatorCharacter: separator,
        quoteCharacter: quote,
        escapeCharacter: escape,
      },
    };
    await withAmc({ workflows: [workflow] }, async (client) => {
      const [text] = await texts(client);
      if (escape === "\\" && quote === '"') assert.match(text, /\\"Spring\\"/);
      read.push(parse(text, { delimiter: separator, quote, escape }));
    });
  }
  assert.deepEqual(read[1], read[0]);
  assert.deepEqual(read[2], read[0]);
});

Deno.test("a workflow's own output columns are the columns of its result", async () => {
  const outputColumns = [
    { columnType: "DIMENSION" as const, dataType: "STRING", name: "brand" },
    { columnType: "METRIC" as const, dataType: "DECIMAL", name: "cost" },
  ];
  const workflow = {
    workflowId: "weekly",
    sqlQuery: "select brand, sum(cost) as cost from t group by brand",
    outputColumns,
  };
  await withAmc({ workflows: [workflow] }, async (client) => {
    const { json } = await client.create();
    const [link] = await client.links(json.workflowExecutionId);
    const text = await (await fetch(link)).text();
    assert.match(text, /^brand,cost\n/);
    const { json: got } = await client.get(json.workflowExecutionId);
    assert.deepEqual(got.outputColumns, outputColumns);
  });
});

Deno.test("a result of a window can be set, byte for byte", async () => {
  await withAmc({}, async (client, amc) => {
    const body = 'a;"b\r\nc"\r\n';
    amc.setResult("2024-01-20T00:00:00", { body });
    assert.deepEqual(await texts(client), [body]);
    assert.notDeepEqual(await texts(client, NEXT_WEEK), [body]);
  });
});

Deno.test("line endings and a byte order mark can be chosen", async () => {
  const results = { rows: 2, lineEnding: "\r\n", byteOrderMark: true } as const;
  await withAmc({ results }, async (client) => {
    const { json } = await client.create();
    const [link] = await client.links(json.workflowExecutionId);
    const bytes = new Uint8Array(await (await fetch(link)).arrayBuffer());
    assert.deepEqual([...bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
    assert.match(new TextDecoder().decode(bytes), /filtered\r\n/);
  });
});

Deno.test("a result that is not ready is unavailable for download", async () => {
  await withAmc({}, async (client, amc) => {
    const { json } = await client.create();
    const id = json.workflowExecutionId;
    const path = `/workflowExecutions/${id}/downloadUrls`;
    const early = await client.send("GET", path);
    assert.equal(early.status, 404);
    assert.equal(
      early.json.details,
      `Execution with ID ${id} is unavailable for download.`,
    );
    amc.change({ answers: { unavailableStatus: 400 } });
    assert.equal((await client.send("GET", path)).status, 400);
    amc.clock.advance(70);
    const links = await client.send("GET", path);
    assert.deepEqual(Object.keys(links.json), [
      "downloadUrls",
      "metadataDownloadUrls",
    ]);
    const metadata = await fetch(links.json.metadataDownloadUrls[0]);
    assert.equal((await metadata.json()).workflowExecutionId, id);
  });
});

Deno.test("links say their life, and an expired one answers 403 XML", async () => {
  await withAmc({}, async (client, amc) => {
    const { json } = await client.create();
    const [link] = await client.links(json.workflowExecutionId);
    assert.equal(new URL(link).searchParams.get("X-Amz-Expires"), "600");
    amc.expireLinks();
    const response = await fetch(link);
    assert.equal(response.status, 403);
    assert.equal(response.headers.get("content-type"), "application/xml");
    assert.match(
      await response.text(),
      /<Code>AccessDenied<\/Code><Message>Request has expired<\/Message>/,
    );
    const [fresh] = await client.links(json.workflowExecutionId);
    assert.equal((await fetch(fresh).then((it) => it.text())).length > 0, true);
  });
});

Deno.test("links whose life is over expire by themselves", async () => {
  await withAmc({ links: { seconds: 0.001 } }, async (client) => {
    const { json } = await client.create();
    const [link] = await client.links(json.workflowExecutionId);
    // Bounded: a millisecond is over long before 1,000 requests are.
    let status = 200;
    for (let count = 0; count < 1000 && status === 200; count++) {
      const response = await fetch(link);
      await response.body?.cancel();
      status = response.status;
    }
    assert.equal(status, 403);
  });
});

Deno.test("a link that was changed, or used with another method, does not match its signature", async () => {
  await withAmc({}, async (client) => {
    const { json } = await client.create();
    const [link] = await client.links(json.workflowExecutionId);
    const changes: [string, RequestInit][] = [
      [link.replace("/1/", "/2/"), {}],
      [link.replace("X-Amz-Expires=600", "X-Amz-Expires=6000"), {}],
      [link.replace(/X-Amz-Signature=..../, "X-Amz-Signature=0000"), {}],
      [link.split("?")[0], {}],
      [link, { method: "DELETE" }],
    ];
    for (const [address, init] of changes) {
      const response = await fetch(address, init);
      assert.equal(response.status, 403);
      assert.match(await response.text(), /SignatureDoesNotMatch/);
    }
  });
});

Deno.test("an Authorization header beside the signature is refused with 400 XML", async () => {
  await withAmc({}, async (client) => {
    const { json } = await client.create();
    const [link] = await client.links(json.workflowExecutionId);
    const { authorization } = client.headers();
    const response = await fetch(link, { headers: { authorization } });
    assert.equal(response.status, 400);
    assert.match(await response.text(), /Only one auth mechanism allowed/);
  });
});

Deno.test("ranges and entity tags work as at S3", async () => {
  await withAmc({}, async (client) => {
    const { json } = await client.create();
    const [link] = await client.links(json.workflowExecutionId);
    const whole = await fetch(link);
    const text = await whole.text();
    const etag = whole.headers.get("etag")!;
    const length = Number(whole.headers.get("content-length"));
    assert.equal(new TextEncoder().encode(text).length, length);
    assert.equal(whole.headers.get("accept-ranges"), "bytes");
    const get = async (headers: Record<string, string>) => {
      const response = await fetch(link, { headers });
      return { response, text: await response.text() };
    };
    const part = await get({ range: "bytes=0-10", "if-match": etag });
    assert.equal(part.response.status, 206);
    assert.equal(part.text, "campaign_id");
    assert.equal(
      part.response.headers.get("content-range"),
      `bytes 0-10/${length}`,
    );
    const rest = await get({ range: `bytes=${length - 5}-` });
    assert.equal(rest.text.length, 5);
    const last = await get({ range: "bytes=-5" });
    assert.equal(last.text, rest.text);
    assert.equal(
      (await get({ range: `bytes=${length}-` })).response.status,
      416,
    );
    assert.equal((await get({ "if-match": '"other"' })).response.status, 412);
  });
});

Deno.test("ranges are not served when the switch says so", async () => {
  await withAmc({ links: { acceptRanges: false } }, async (client) => {
    const { json } = await client.create();
    const [link] = await client.links(json.workflowExecutionId);
    const response = await fetch(link, { headers: { range: "bytes=0-10" } });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("accept-ranges"), null);
    assert.ok((await response.text()).length > 1000);
  });
});
