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

for (const task of ["types", "schema"]) {
  Deno.test(`npm run ${task} refuses an unknown argument, and writes nothing`, async () => {
    const { code, stdout, stderr } = await cli(task, "--chekc");
    assert.equal(code, 2);
    assert.deepEqual(stdout, [""]);
    assert.deepEqual(stderr, [
      "Expected no argument but --check, got --chekc.",
    ]);
  });
}

Deno.test("npm start -- --help lists its options", async () => {
  const { code, stdout, stderr } = await cli("start", "--help");
  assert.equal(code, 0);
  for (const option of ["--exit", "--json", "--weeks", "--port", "--keep"]) {
    assert.ok(stdout.some((line) => line.startsWith(`  ${option}`)), option);
  }
  assert.deepEqual(stderr, [""], "nothing is started");
});

/** An npm that takes its time, and ends with status 1 when it is stopped, as npm does. */
const SLOW_NPM = `process.on("SIGINT", () => process.exit(1));
console.error("installing");
setInterval(() => {}, 1000);`;

Deno.test("Ctrl-C while packages are installed is told as a stop, not as a failure of npm", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(folder, "local"));
    const command = join(folder, "local/cli.mjs");
    await Deno.copyFile(join(checkout, "local/cli.mjs"), command);
    const npm = join(folder, "npm.js");
    await Deno.writeTextFile(npm, SLOW_NPM);
    const child = new Deno.Command("node", {
      args: [command, "start"],
      env: { npm_execpath: npm },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    let told = "";
    for await (
      const part of child.stderr.pipeThrough(new TextDecoderStream())
    ) {
      if (
        !told.includes("installing") && (told + part).includes("installing")
      ) {
        child.kill("SIGINT");
      }
      told += part;
    }
    assert.equal((await child.status).code, 130);
    assert.match(told, /\nStopped; nothing is left running\.\n$/);
    assert.doesNotMatch(told, /failed/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
