import assert from "node:assert/strict";
import { join } from "node:path";
import { startDemo } from "../../local/demo/demo.ts";
import { checkout } from "../../local/platform/postgres/mod.ts";

const readme = Deno.readTextFileSync(join(checkout, "README.md"));

/** The README's example with what it leaves open filled in, and a line that tells what it got. */
function example(values: Record<string, string>): string {
  const [, code] = /```ts\n([\s\S]*?)```/.exec(readme)!;
  const filled = Object.entries(values).reduce((text, [open, value]) => {
    assert.ok(text.includes(open), `the example says ${open}`);
    return text.replaceAll(open, value);
  }, code);
  return `${filled}
console.log(JSON.stringify({ collection, progress, weeks, rows }));
`;
}

Deno.test("the README's front-end code runs as it stands, against the platform", async () => {
  const demo = await startDemo({
    weeks: 1,
    stopOnSignals: false,
    say: () => {},
  });
  const file = join(checkout, ".local", `readme-${crypto.randomUUID()}.ts`);
  try {
    await demo.finished(() => {});
    await Deno.writeTextFile(
      file,
      example({
        "https://<ref>.supabase.co": demo.access.apiUrl,
        "<publishable key>": demo.access.publishableKey,
        "analyst@example.com": demo.access.email,
        "<password>": demo.access.password,
      }),
    );
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", "--no-check", "--quiet", file],
      env: { DENO_NO_PACKAGE_JSON: "1" },
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    const lines = new TextDecoder().decode(stdout).trimEnd().split("\n");
    const got = JSON.parse(lines.at(-1)!);
    assert.equal(got.collection.weeks.length, 52);
    assert.equal(got.collection.created, true);
    assert.match(lines[0], /^\d+ of 52 weeks, (pending|running)$/);
    assert.equal(got.weeks.length, 52);
  } finally {
    await Deno.remove(file).catch(() => {});
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
