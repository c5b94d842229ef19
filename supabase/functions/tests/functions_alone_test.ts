// Each function as `supabase functions deploy` bundles it: from supabase/functions alone, by what its own deno.json pins.
import assert from "node:assert/strict";
import { cp, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const functions = fileURLToPath(new URL("..", import.meta.url));
const rootPins = await pinsOf(
  fileURLToPath(new URL("../../..", import.meta.url)),
);
const names = await functionNames();

async function pinsOf(folder: string): Promise<Record<string, string>> {
  const text = await readFile(join(folder, "deno.json"), "utf8");
  return JSON.parse(text).imports;
}

/** The folders that are functions. */
async function functionNames(): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(functions)) {
    const pins = join(functions, name, "deno.json");
    if (await stat(pins).then(() => true, () => false)) found.push(name);
  }
  return found.sort();
}

/** Gives some work a copy of supabase/functions, without its tests, with nothing else of the checkout beside it. */
async function withCopy<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "functions-alone-"));
  try {
    await cp(functions, join(folder, "functions"), {
      recursive: true,
      filter: (source) => source !== join(functions, "tests"),
    });
    return await work(join(folder, "functions"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function deno(
  folder: string,
  args: string[],
): Promise<{ code: number; said: string; stdout: string }> {
  const [command, ...rest] = args;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      command,
      "--quiet",
      "--no-lock",
      "--node-modules-dir=none",
      "--config",
      join(folder, "deno.json"),
      ...rest,
    ],
    cwd: folder,
    env: { NO_COLOR: "1", DENO_NO_PACKAGE_JSON: "1" },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, said: text(stderr), stdout: text(stdout) };
}

Deno.test("there are the functions that are deployed", () => {
  for (const name of ["collect", "start-collection"]) {
    assert.ok(names.includes(name), name);
  }
});

for (const name of names) {
  Deno.test(`${name} is type-checked and runs from a copy of the functions alone`, async () => {
    await withCopy(async (copy) => {
      const folder = join(copy, name);
      const checked = await deno(folder, ["check", "index.ts"]);
      assert.equal(checked.code, 0, checked.said);
      const run = join(folder, "..", "run.ts");
      await Deno.writeTextFile(
        run,
        `const { default: served } = await import("./${name}/index.ts");
         console.log(typeof served.fetch);`,
      );
      const ran = await deno(folder, [
        "run",
        "--no-prompt",
        "--allow-env",
        "--allow-net=127.0.0.1",
        `--allow-read=${copy}`,
        run,
      ]);
      assert.equal(ran.code, 0, ran.said);
      assert.equal(ran.stdout.trim(), "function");
    });
  });

  Deno.test(`${name} pins the versions of the whole project, all that it imports, and nothing else`, async () => {
    const pins = await pinsOf(join(functions, name));
    for (const [specifier, pinned] of Object.entries(pins)) {
      assert.equal(pinned, rootPins[specifier], specifier);
      assert.match(pinned, /^npm:.*@\d+\.\d+\.\d+(\/.*)?$/, "an exact version");
    }
    await withCopy(async (copy) => {
      const bare = await importedBy(copy, name);
      assert.deepEqual([...bare].sort(), Object.keys(pins).sort());
    });
  });
}

/** The specifiers of packages that a function imports, directly or through what lies beside it. */
async function importedBy(copy: string, name: string): Promise<Set<string>> {
  const { code, stdout, said } = await deno(join(copy, name), [
    "info",
    "--json",
    "index.ts",
  ]);
  assert.equal(code, 0, said);
  const own = JSON.parse(stdout).modules.filter((
    module: { specifier: string },
  ) => module.specifier.startsWith("file:"));
  const specifiers = own.flatMap((
    module: { specifier: string; dependencies?: { specifier: string }[] },
  ) => {
    assert.ok(
      fileURLToPath(module.specifier).startsWith(copy),
      `${module.specifier} lies beside the functions`,
    );
    return (module.dependencies ?? []).map(({ specifier }) => specifier);
  });
  return new Set(
    specifiers.filter((specifier: string) =>
      !specifier.startsWith(".") && !specifier.startsWith("node:")
    ),
  );
}
