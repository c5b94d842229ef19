import assert from "node:assert/strict";
import { join } from "node:path";
import { type Demo, startDemo } from "../../local/demo/demo.ts";
import { checkout } from "../../local/platform/postgres/mod.ts";

const readme = Deno.readTextFileSync(join(checkout, "README.md"));

/** The README's examples: how to collect, and how to read. */
const [collecting, reading] = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)]
  .map(([, code]) => code);

/** What the example leaves open, filled in. */
function filled(code: string, values: Record<string, string>): string {
  return Object.entries(values).reduce((text, [open, value]) => {
    assert.ok(text.includes(open), `the example says ${open}`);
    return text.replaceAll(open, value);
  }, code);
}

function valuesOf({ access }: Demo): Record<string, string> {
  return {
    "https://<ref>.supabase.co": access.apiUrl,
    "<publishable key>": access.publishableKey,
    "analyst@example.com": access.email,
    "<password>": access.password,
  };
}

/** Runs a program in a process of its own. @returns the lines that it printed */
async function run(code: string): Promise<string[]> {
  const file = join(checkout, ".local", `readme-${crypto.randomUUID()}.ts`);
  try {
    await Deno.writeTextFile(file, code);
    const { code: status, stdout, stderr } = await new Deno.Command(
      Deno.execPath(),
      {
        args: ["run", "--allow-all", "--no-check", "--quiet", file],
        env: { DENO_NO_PACKAGE_JSON: "1" },
      },
    ).output();
    assert.equal(status, 0, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout).trimEnd().split("\n");
  } finally {
    await Deno.remove(file).catch(() => {});
  }
}

Deno.test("the README's front-end code runs as it stands, against the platform", async (test) => {
  const demo = await startDemo({
    weeks: 1,
    stopOnSignals: false,
    say: () => {},
  });
  try {
    await demo.finished(() => {});
    await test.step("the code that collects", async () => {
      const lines = await run(`${filled(collecting, valuesOf(demo))}
        console.log(JSON.stringify({ collection, progress, weeks, rows }));`);
      const got = JSON.parse(lines.at(-1)!);
      assert.equal(got.collection.weeks.length, 52);
      assert.equal(got.collection.created, true);
      assert.match(lines[0], /^\d+ of 52 weeks, (pending|running)$/);
      assert.equal(got.weeks.length, 52);
    });
    await test.step("the code that reads, for a collection that is there", async () => {
      const signingIn = collecting.slice(
        0,
        collecting.indexOf("// A query is saved once"),
      );
      const lines = await run(`${filled(signingIn, valuesOf(demo))}
        const collection = { collection_id: "${demo.collectionId}" };
        const workflow = "${
        demo.access.view.slice("results_".length).replaceAll("_", "-")
      }";
        ${reading}
        console.log(JSON.stringify({ results, all, spend, versions, difference }));`);
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

Deno.test("the README names only commands of package.json, and functions and views that exist", async () => {
  const { scripts } = JSON.parse(
    await Deno.readTextFile(join(checkout, "package.json")),
  );
  for (const [, name] of readme.matchAll(/`npm (?:run )?([a-z:]+)/g)) {
    assert.ok(name === "ci" || name in scripts, `npm ${name} is a script`);
  }
  for (const [, names] of readme.matchAll(/functions deploy ([a-z -]+)/g)) {
    const folders = [...Deno.readDirSync(join(checkout, "supabase/functions"))]
      .map(({ name }) => name)
      .filter((name) => name !== "_shared" && name !== "tests");
    assert.deepEqual(names.trim().split(" ").sort(), folders.sort());
  }
});
