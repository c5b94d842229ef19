// Each function as `supabase functions deploy` bundles it: from supabase/functions alone, by what its own deno.json pins and
// its own deno.lock records.
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
      `--lock=${join(folder, "deno.lock")}`,
      "--frozen",
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

/** What a function may weigh: the server bundles no more without Docker (`supabase functions deploy --use-api`). */
const MAX_BUNDLE_BYTES = 5_000_000;

for (const name of names) {
  Deno.test(`${name} is small enough for the server to bundle it`, async () => {
    await withCopy(async (copy) => {
      const weights = await weightsOf(copy, name);
      const total = weights.reduce((sum, { bytes }) => sum + bytes, 0);
      const heaviest = weights.sort((a, b) => b.bytes - a.bytes).slice(0, 5);
      assert.ok(
        total < MAX_BUNDLE_BYTES,
        `${total} bytes; the heaviest: ${JSON.stringify(heaviest)}`,
      );
    });
  });

  Deno.test(`the lock file of ${name} can be read by older runtimes, names no registry, and lets no version float`, async () => {
    const text = await readFile(join(functions, name, "deno.lock"), "utf8");
    const { version, npm } = JSON.parse(text);
    // Deno 2.3 and later write 5, which Supabase's runtimes before March 2026 refuse; for these packages 4 says the same.
    assert.equal(version, "4", "change the version in the file to 4");
    assert.doesNotMatch(text, /https?:/);
    for (
      const [nameOfPackage, { integrity }] of Object.entries<
        { integrity: string }
      >(npm)
    ) {
      assert.match(integrity, /^sha512-/, nameOfPackage);
    }
  });

  Deno.test(`every package that ${name} needs is required in one exact version, where no lock file is read too`, async () => {
    const pins = await pinsOf(join(functions, name));
    await withCopy(async (copy) => {
      const { npmPackages } = await graphOf(copy, name);
      const packages = Object.values(npmPackages);
      const once = new Set(packages.map(({ name }) => name));
      assert.equal(once.size, packages.length, "one version of each package");
      for (const { localPath } of packages) {
        const text = await readFile(join(localPath, "package.json"), "utf8");
        const { name: required, dependencies, optionalDependencies } = JSON
          .parse(text);
        const ranges = { ...dependencies, ...optionalDependencies };
        for (const [needed, range] of Object.entries<string>(ranges)) {
          // A version that the function itself pins is taken for a range too.
          if (Object.hasOwn(pins, needed)) continue;
          assert.match(
            range,
            /^\d+\.\d+\.\d+$/,
            `${required} takes any ${needed} of ${range}`,
          );
        }
      }
    });
  });
}

interface Graph {
  modules: {
    specifier: string;
    size?: number;
    dependencies?: { specifier: string }[];
  }[];
  npmPackages: Record<string, { name: string; localPath: string }>;
}

async function graphOf(copy: string, name: string): Promise<Graph> {
  const { code, stdout, said } = await deno(join(copy, name), [
    "info",
    "--json",
    "index.ts",
  ]);
  assert.equal(code, 0, said);
  return JSON.parse(stdout);
}

/** What each module and each package weighs, as `deno info` counts it: a package with all its files. */
async function weightsOf(
  copy: string,
  name: string,
): Promise<{ what: string; bytes: number }[]> {
  const { modules, npmPackages } = await graphOf(copy, name);
  const own = modules.map(({ specifier, size = 0 }) => ({
    what: specifier,
    bytes: size,
  }));
  const packages = await Promise.all(
    Object.entries(npmPackages).map(async ([what, { localPath }]) => ({
      what,
      bytes: await bytesIn(localPath),
    })),
  );
  return [...own, ...packages];
}

async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, {
    recursive: true,
    withFileTypes: true,
  });
  const sizes = await Promise.all(
    entries.filter((entry) => entry.isFile()).map(async (entry) =>
      (await stat(join(entry.parentPath, entry.name))).size
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** The specifiers of packages that a function imports, directly or through what lies beside it. */
async function importedBy(copy: string, name: string): Promise<Set<string>> {
  const { modules } = await graphOf(copy, name);
  const own = modules.filter(({ specifier }) => specifier.startsWith("file:"));
  const specifiers = own.flatMap((module) => {
    assert.ok(
      fileURLToPath(module.specifier).startsWith(copy),
      `${module.specifier} lies beside the functions`,
    );
    return (module.dependencies ?? []).map(({ specifier }) => specifier);
  });
  return new Set(
    specifiers.filter((specifier) =>
      !specifier.startsWith(".") && !specifier.startsWith("node:")
    ),
  );
}
