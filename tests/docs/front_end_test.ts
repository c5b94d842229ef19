import assert from "node:assert/strict";
import { type Demo, startDemo } from "../../local/demo/demo.ts";
import { sign } from "../../supabase/functions/_shared/webhooks/sign.ts";
import { blocksOf } from "./support/pages.ts";
import {
  deno,
  filled,
  type Given,
  programOf,
  PROGRAMS,
  withPrograms,
} from "./support/programs.ts";

const anything: Given = {
  collectionId: crypto.randomUUID(),
  workflowId: "weekly",
  resultsView: "results_weekly",
};

function fileOf(page: string): string {
  return `${page.replaceAll(/[/.]/g, "_").toLowerCase()}.ts`;
}

Deno.test("every page with ts blocks is run", () => {
  assert.deepEqual(
    [...new Set(blocksOf("ts").map(({ page }) => page))].sort(),
    [...PROGRAMS].sort(),
  );
});

Deno.test("the ts blocks of each page compile strictly against the generated types", async () => {
  const programs = Object.fromEntries(
    PROGRAMS.map((page) => [fileOf(page), programOf(page, anything)]),
  );
  await withPrograms(
    programs,
    (folder) => deno(folder, ["check", "--quiet"], Object.keys(programs)),
  );
});

Deno.test("the ts block of MONITORING.md tells what a webhook's key has signed from all else", async () => {
  const [key, now, body] = [
    "a-key-of-both-sides",
    1_741_003_200_000,
    '{"a":"ü"}',
  ];
  const timestamp = String(now / 1000);
  const signed = {
    "AMC-History-Timestamp": timestamp,
    "AMC-History-Signature": await sign(key, timestamp, body),
  };
  const later = { ...signed, "AMC-History-Timestamp": String(now / 1000 + 1) };
  const short = { ...signed, "AMC-History-Signature": "v1=00" };
  const calls = [
    [signed, body, key, now],
    [signed, body, key, now + 301_000],
    [signed, `${body} `, key, now],
    [signed, body, `${key}!`, now],
    [later, body, key, now],
    [short, body, key, now],
    [{}, body, key, now],
  ].map(([headers, ...more]) =>
    `await isGenuine(new Headers(${JSON.stringify(headers)}), ...${
      JSON.stringify(more)
    } as [string, string, number])`
  );
  const program = `${programOf("docs/MONITORING.md", anything)}
    console.log(JSON.stringify([${calls.join(", ")}]));`;
  const printed = await withPrograms(
    { "page.ts": program },
    (folder) => deno(folder, ["run", "--no-check", "--quiet"], ["page.ts"]),
  );
  assert.deepEqual(JSON.parse(printed), [true, ...Array(6).fill(false)]);
});

async function run(
  demo: Demo,
  page: string,
  shown: string,
): Promise<string[]> {
  const { access, collectionId } = demo;
  const { workflow: workflowId, view: resultsView } = access;
  const given = { collectionId, workflowId, resultsView };
  const code = filled(programOf(page, given), {
    "https://<ref>.supabase.co": access.apiUrl,
    "<publishable key>": access.publishableKey,
    "analyst@example.com": access.email,
    "<password>": access.password,
  });
  const program = `${code}\nconsole.log(JSON.stringify(${shown}));`;
  const printed = await withPrograms(
    { "page.ts": program },
    (folder) =>
      deno(folder, ["run", "--allow-all", "--no-check", "--quiet"], [
        "page.ts",
      ]),
  );
  return printed.split("\n");
}

Deno.test("the ts blocks of each page do what the page says, against the platform", async (test) => {
  const demo = await startDemo({
    weeks: 1,
    say: () => {},
  });
  try {
    await demo.finished(() => {});
    await test.step("README.md starts a collection", async () => {
      const lines = await run(demo, "README.md", "{ collection, weeks }");
      const got = JSON.parse(lines.at(-1)!);
      assert.match(lines[0], /^52 \d{4}-\d{2}-\d{2}$/);
      assert.equal(got.collection.weeks.length, 52);
      assert.equal(got.weeks.length, 52);
    });
    await test.step("API.md starts, follows and controls a collection", async () => {
      const lines = await run(
        demo,
        "docs/API.md",
        "{ preview, collection, progress, weeks, paused, resumed, members, joined, stays, taken }",
      );
      const got = JSON.parse(lines.at(-1)!);
      assert.equal(got.collection.weeks.length, 52);
      assert.equal(got.collection.created, true);
      assert.equal(got.preview.accepted, true);
      assert.match(lines[0], /^2 executions, (about|perhaps) \d+ s$/);
      assert.match(lines[1], /^\d+ of 52 weeks, (waiting|running)$/);
      assert.equal(got.weeks.length, 52);
      assert.equal(got.paused.outcome, "applied");
      assert.equal(got.resumed.outcome, "applied");
      assert.deepEqual(
        got.members.map(({ role }: { role: string }) => role),
        ["admin"],
      );
      assert.deepEqual(got.joined.map(({ role }: { role: string }) => role), [
        "admin",
      ]);
      assert.equal(got.stays.details, "last_admin");
      assert.equal(got.taken.outcome, "already_applied");
    });
    await test.step("READING.md reads a collection that is there", async () => {
      const lines = await run(
        demo,
        "docs/READING.md",
        "{ results, all, spend, versions, difference }",
      );
      const got = JSON.parse(lines.at(-1)!);
      assert.equal(got.results.length, 1);
      assert.equal(got.all.length, got.results[0].records);
      assert.equal(got.spend.length, Math.min(100, got.all.length));
      assert.equal(typeof got.spend[0].impressions, "number");
      assert.equal(typeof got.spend[0].spend, "string");
      assert.equal(got.versions.length, 1);
      assert.equal(got.difference.unchanged, got.all.length);
    });
  } finally {
    await demo.stop();
  }
});
