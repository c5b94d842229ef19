import assert from "node:assert/strict";
import { parse } from "csv-parse/sync";
import { withAmc } from "./client.ts";

const LARGE = { results: { bytesPerFile: 700_000, files: 2 } };

Deno.test("a large result is made while it is read, each part always the same, its rows numbered", async () => {
  await withAmc(LARGE, async (client) => {
    const { json } = await client.create();
    const links = await client.links(json.workflowExecutionId);
    const files: Uint8Array[] = [];
    for (const link of links) {
      const response = await fetch(link);
      const etag = response.headers.get("etag")!;
      const whole = new Uint8Array(await response.arrayBuffer());
      assert.equal(
        Number(response.headers.get("content-length")),
        whole.length,
      );
      assert.ok(whole.length > 700_000 && whole.length < 1_400_000);
      for (const start of [1, 100, 300_001, whole.length - 1]) {
        const part = await fetch(link, {
          headers: { range: `bytes=${start}-`, "if-match": etag },
        });
        assert.equal(part.status, 206);
        assert.deepEqual(
          new Uint8Array(await part.arrayBuffer()),
          whole.slice(start),
        );
      }
      files.push(whole);
    }
    const rows = files.flatMap((file) =>
      parse(new TextDecoder().decode(file), { from: 2 }) as string[][]
    );
    const numbers = rows.map(([number]) => Number(number));
    assert.deepEqual(numbers, numbers.keys().toArray());
    assert.ok(rows.some((row) => row.some((cell) => cell.includes("\n"))));
  });
});

Deno.test("a server may say that it serves ranges and answer with the whole file", async () => {
  await withAmc({ links: { ignoreRanges: true } }, async (client) => {
    const { json } = await client.create();
    const [link] = await client.links(json.workflowExecutionId);
    const response = await fetch(link, { headers: { range: "bytes=10-" } });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("accept-ranges"), "bytes");
    assert.ok((await response.text()).startsWith("campaign_id,"));
  });
});
