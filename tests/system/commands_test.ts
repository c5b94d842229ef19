import assert from "node:assert/strict";
import { join } from "node:path";
import { checkout } from "../../local/platform/postgres/mod.ts";

/** Runs a command of the checkout. @returns its status, and the lines of stdout and stderr */
async function cli(...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command("node", {
    args: [join(checkout, "local/cli.mjs"), ...args],
    stdin: "null",
  }).output();
  const lines = (bytes: Uint8Array) =>
    new TextDecoder().decode(bytes).trimEnd().split("\n");
  return { code, stdout: lines(stdout), stderr: lines(stderr) };
}

Deno.test("npm run help lists every task of package.json in a line of its own", async () => {
  const { scripts } = JSON.parse(
    await Deno.readTextFile(join(checkout, "package.json")),
  );
  const { code, stdout } = await cli("help");
  assert.equal(code, 0);
  assert.deepEqual(
    stdout.map((line) => /^npm (?:run )?(\S+) {2,}\w/.exec(line)?.[1]),
    Object.keys(scripts),
  );
  for (const line of stdout) {
    assert.doesNotMatch(line, /cli\.mjs/, "a task that nobody has described");
  }
});

Deno.test("npm test -- --help tells how to run a part, and an unknown option is refused", async () => {
  const help = await cli("test", "--help");
  assert.equal(help.code, 0);
  const text = help.stdout.join("\n");
  assert.match(text, /part of a path/);
  assert.match(text, /--fail-fast/);
  const unknown = await cli("test", "--fail-fats");
  assert.equal(unknown.code, 2);
  assert.equal(unknown.stderr[0], "Unknown option --fail-fats.");
});

Deno.test("npm start -- --help lists its options", async () => {
  const { code, stdout, stderr } = await cli("start", "--help");
  assert.equal(code, 0);
  for (const option of ["--exit", "--json", "--weeks", "--port", "--keep"]) {
    assert.ok(stdout.some((line) => line.startsWith(`  ${option}`)), option);
  }
  assert.deepEqual(stderr, [""], "nothing is started");
});
