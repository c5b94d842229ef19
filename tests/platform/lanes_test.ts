import assert from "node:assert/strict";
import { glob, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout } from "../../local/platform/postgres/mod.ts";
import { memoryFolder } from "../support/memory_folder.ts";
import { Output } from "../support/output.ts";
import { parseRunArguments } from "../support/run_arguments.ts";
import { findTests, isLarge } from "../support/test_files.ts";

Deno.test("npm test is told filters, whether a failure ends it, and how many files run beside each other", () => {
  assert.deepEqual(
    parseRunArguments(["tests/walks", "--lanes=2", "--fail-fast", "claim"]),
    { filters: ["tests/walks", "claim"], failFast: true, lanes: 2 },
  );
  const { lanes } = parseRunArguments([])!;
  assert.ok(lanes >= 1 && lanes <= navigator.hardwareConcurrency);
  for (
    const arg of ["--lanes", "--lanes=", "--lanes=0", "--lanes=two", "--lane=2"]
  ) {
    assert.throws(
      () => parseRunArguments([arg]),
      new RegExp(`^Error: Unknown option ${arg}\\.`),
    );
  }
});

Deno.test("every test is found once, but for long runs that are not asked for", async () => {
  const found = await findTests([]);
  assert.equal(new Set(found).size, found.length);
  const there: string[] = [];
  for await (
    const path of glob("{tests,supabase}/**/*{_test.ts,.test.sql}", {
      cwd: checkout,
    })
  ) there.push(path);
  assert.deepEqual(
    found.toSorted(),
    there.filter((path) => !isLarge(path)).sort(),
  );
  assert.ok((await findTests(["tests/large"])).every(isLarge));
  assert.deepEqual(await findTests(["./tests/walks/walks_test.ts"]), [
    "tests/walks/walks_test.ts",
  ]);
});

Deno.test("the database tests begin first, and the long ones before the others", async () => {
  const found = await findTests([]);
  const first = (part: string) =>
    found.findIndex((path) => path.includes(part));
  assert.match(found[0], /\.test\.sql$/);
  assert.ok(first("tests/walks/") < first("tests/chaos/"));
  assert.ok(first("tests/system/") < first("tests/concurrency/"));
  assert.match(found.at(-1)!, /^supabase\/functions\/tests\//);
});

/** What an output printed in the end. */
async function printed(
  mixes: boolean,
  work: (output: Output) => void,
): Promise<string> {
  const parts: Uint8Array[] = [];
  const stream = new WritableStream<Uint8Array>({
    write: (bytes) => void parts.push(bytes),
  });
  const output = new Output(mixes, stream);
  work(output);
  await output.end();
  return await new Blob(parts as BlobPart[]).text();
}

/** Two files that run beside each other, of which one does not end. */
function printBeside(output: Output): void {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const [one, two] = [output.file(), output.file()];
  one.print(bytes("one begins\n"));
  two.print(bytes("two begins\n"));
  output.line("a line");
  one.print(bytes("one ends\n"));
  one.end();
}

Deno.test("what a file prints is printed whole when it ends, and what one that was ended had printed at the end", async () => {
  assert.equal(
    await printed(false, printBeside),
    "a line\none begins\none ends\ntwo begins\n",
  );
});

Deno.test("with one lane what a file prints appears at once", async () => {
  assert.equal(
    await printed(true, printBeside),
    "one begins\ntwo begins\na line\none ends\n",
  );
});

Deno.test("data goes to the disk where there is no file system in memory, or too little room", async () => {
  assert.equal(await memoryFolder(1, "/proc"), null);
  assert.equal(await memoryFolder(1, "/not/there"), null);
  assert.equal(await memoryFolder(1_000_000), null);
});

Deno.test("what a killed run has left in memory is gone before the room is measured", async () => {
  const root = await mkdtemp(join(tmpdir(), "amc-history-memory-"));
  try {
    const run = (name: string) =>
      join(root, `amc-history-${Deno.uid()}`, "run", name);
    const ended = new Deno.Command(Deno.execPath(), {
      args: ["--version"],
      stdout: "null",
    })
      .spawn();
    await ended.status;
    for (const [name, pid] of [["killed", ended.pid], ["alive", Deno.pid]]) {
      await mkdir(run(String(name)), { recursive: true });
      await writeFile(join(run(String(name)), "owner.pid"), String(pid));
    }
    assert.equal(await memoryFolder(1_000_000, root), null);
    assert.deepEqual(await readdir(run("")), ["alive"]);
  } finally {
    await rm(root, { recursive: true });
  }
});
