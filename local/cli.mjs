#!/usr/bin/env node
// The way in, for Node 20 with npm and nothing else: installs what is missing, then runs a command with the Deno that npm
// installed. Everything else of this project is TypeScript run by Deno.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const checkout = dirname(dirname(fileURLToPath(import.meta.url)));

const commands = {
  start: "local/start.ts",
  test: "tests/run.ts",
  mutants: "tests/mutants/run.ts",
  check: "local/platform/tasks/check.ts",
  "lint-sql": "local/platform/tasks/lint_sql.ts",
  "lint-db": "local/platform/tasks/lint_db.ts",
  types: "local/platform/tasks/types.ts",
  schema: "local/platform/tasks/schema.ts",
  advisors: "local/platform/tasks/advisors.ts",
  bench: "bench/main.ts",
};

/** Ends with one sentence, as a person at a terminal should read it. */
function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

function checkNode() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 20) {
    fail(
      `amc-history needs Node 20 or later, and this is Node ${process.versions.node}: install a newer one from https://nodejs.org.`,
    );
  }
  if (process.platform === "win32") {
    fail(
      "amc-history runs on Linux and macOS: on Windows, use it inside WSL.",
    );
  }
}

/** Whether node_modules is there and was made from the lock file as it is now. */
function isInstalled() {
  const made = join(checkout, "node_modules/.package-lock.json");
  if (!existsSync(made)) return false;
  const lock = join(checkout, "package-lock.json");
  if (statSync(lock).mtimeMs <= statSync(made).mtimeMs) return true;
  return samePackages(lock, made);
}

/** A lock file that was only touched (by a checkout, say) asks for nothing new. */
function samePackages(lock, made) {
  const packages = (file) =>
    Object.entries(JSON.parse(readFileSync(file, "utf8")).packages);
  const present = new Map(packages(made));
  return packages(lock).every(([path, { version, optional }]) => {
    if (path === "") return true;
    const found = present.get(path);
    // Optional packages for other machines are in the lock file alone.
    return found ? found.version === version : optional === true;
  });
}

function install() {
  process.stderr.write("Installing dependencies with npm ci …\n");
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  // Under `npm start` this names the npm that runs us.
  const npm = process.env.npm_execpath;
  const [program, ...before] = npm?.endsWith(".js")
    ? [process.execPath, npm]
    : ["npm"];
  const result = spawnSync(program, [...before, ...args], {
    cwd: checkout,
    stdio: ["ignore", 2, 2],
  });
  if (result.error?.code === "ENOENT") {
    fail("npm was not found: install it (it comes with Node) and try again.");
  }
  if (result.status !== 0) {
    fail(
      "npm ci failed, for the reason above: once that is mended, try again.",
    );
  }
}

/** The Deno binary: npm's install script may have put it beside the package, else it lies in the platform's package. */
function denoBinary() {
  const require = createRequire(join(checkout, "package.json"));
  try {
    return createRequire(require.resolve("deno/package.json"))(
      "./install_api.cjs",
    ).runInstall();
  } catch (error) {
    return fail(
      `There is no Deno for this machine in node_modules (${error.message}): run npm ci without omitting optional dependencies.`,
    );
  }
}

/** Runs Deno in this process's place: same terminal, same signals, same exit status. */
function run(program, args) {
  const child = spawn(program, args, {
    cwd: checkout,
    stdio: "inherit",
    env: {
      ...process.env,
      // package.json names tools, not modules of the Deno code.
      DENO_NO_PACKAGE_JSON: "1",
      DENO_NO_UPDATE_CHECK: "1",
    },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => child.kill(signal));
  }
  // npm runs us below a shell, which passes no signal on: when npm is ended, we are left with another parent.
  if (process.env.npm_lifecycle_event !== undefined) {
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid !== parent) child.kill("SIGTERM");
    }, 500).unref();
  }
  child.on("error", (error) => fail(`Deno could not be run: ${error.message}`));
  child.on("exit", (code, signal) => {
    process.exit(code ?? 128 + constants.signals[signal]);
  });
}

const [command, ...rest] = process.argv.slice(2);
checkNode();
if (!Object.hasOwn(commands, command ?? "")) {
  fail(
    `Expected one of ${Object.keys(commands).join(", ")}, and got ${
      command ?? "nothing"
    }: for example, node local/cli.mjs start.`,
  );
}
if (!isInstalled()) install();
run(denoBinary(), [
  "run",
  "--allow-all",
  "--no-prompt",
  "--quiet",
  commands[command],
  ...rest,
]);
