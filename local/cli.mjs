#!/usr/bin/env node
// The way in, for Node 20 with npm and nothing else: installs what is missing, then runs a command with the Deno that npm
// installed. Everything else of this project is TypeScript run by Deno.

import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { constants, homedir, tmpdir } from "node:os";
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
  extensions: "tests/extensions/run.ts",
  adopt: "local/adopt/main.ts",
  backfill: "local/backfill/main.ts",
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

/** Every script of package.json in a line; package.json can hold no comments, so its descriptions stand here. */
const help = {
  start:
    "collect 52 weeks on a local platform; `npm start -- --help` lists options",
  test: "run all tests, or a part: `npm test -- --help` says how",
  "test:walks": "run many more random walks than npm test, different each time",
  "test:fuzz":
    "play many more cases of odd answers, files and inputs than npm test",
  "test:chaos": "collect hundreds of weeks while everything crashes",
  "test:large": "load a result of 500 MB whose loader is killed three times",
  "test:mutants": "switch off one guard at a time; fails if no test notices",
  "test:extensions":
    "run the database tests on Debian's PostgreSQL, with the real pg_cron",
  check: "check format, lint, types and the style of SQL",
  "lint:sql": "check the SQL's lines, and the migrations with squawk",
  "lint:db": "check the functions of a migrated database with plpgsql_check",
  types: "write the TypeScript types of the database's schema",
  schema: "write the snapshot of the schema; with `-- --check` only compare it",
  advisors: "run Supabase's security and performance advisors",
  bench: "measure speed and memory",
  adopt:
    "take over a project in which the older service has run (docs/ADOPTING.md)",
  backfill: "have lost execution ids searched in AMC's list (docs/LOST_IDS.md)",
  help: "list these tasks",
};

function printHelp() {
  const { scripts } = JSON.parse(
    readFileSync(join(checkout, "package.json"), "utf8"),
  );
  const names = Object.keys(scripts);
  const call = (name) =>
    ["start", "test"].includes(name) ? `npm ${name}` : `npm run ${name}`;
  const width = Math.max(...names.map((name) => call(name).length));
  for (const name of names) {
    console.log(`${call(name).padEnd(width)}  ${help[name] ?? scripts[name]}`);
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

/**
 * Runs a program to its end. Signals are passed on to it, and this process waits for what it makes of them.
 *
 * @param isOrphan asked again and again; once it is true the program is ended
 */
function runChild(program, args, options, isOrphan = () => false) {
  const child = spawn(program, args, { cwd: checkout, ...options });
  let passedOn;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      passedOn = signal;
      child.kill(signal);
    });
  }
  setInterval(() => isOrphan() && child.kill("SIGTERM"), 500).unref();
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ error }));
    child.on("exit", (code, signal) => resolve({ code, signal, passedOn }));
  });
}

async function install() {
  process.stderr.write("Installing dependencies with npm ci …\n");
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  // Under `npm start` this names the npm that runs us.
  const npm = process.env.npm_execpath;
  const [program, ...before] = npm?.endsWith(".js")
    ? [process.execPath, npm]
    : ["npm"];
  const { error, code, signal, passedOn } = await runChild(
    program,
    [...before, ...args],
    { stdio: ["ignore", 2, 2] },
  );
  if (error?.code === "ENOENT") {
    fail("npm was not found: install it (it comes with Node) and try again.");
  }
  // A stopped npm undoes what it has begun, and ends with status 1 as for any error.
  if (passedOn) endStopped(passedOn);
  if (signal || code > 128) endStopped(signal ?? "SIGINT");
  if (code !== 0) {
    fail(
      "npm ci failed for the reason above: fix it and try again.",
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

/** Ends because a signal ended the program that ran here. */
function endStopped(signal) {
  process.stderr.write("\nStopped; nothing is left running.\n");
  process.exit(128 + constants.signals[signal]);
}

/** Runs Deno in this process's place: same terminal, same signals, same exit status. */
async function run(program, args) {
  // npm runs us below a shell, which passes no signal on: when npm is ended, we are left with another parent.
  const parent = process.ppid;
  const isOrphan = () =>
    process.env.npm_lifecycle_event !== undefined && process.ppid !== parent;
  const { error, code, signal } = await runChild(program, args, {
    stdio: "inherit",
    env: {
      ...process.env,
      HOME: writableHome(),
      // package.json names tools, not modules of the Deno code.
      DENO_NO_PACKAGE_JSON: "1",
      DENO_NO_UPDATE_CHECK: "1",
    },
  }, isOrphan);
  if (error) fail(`Deno could not be run: ${error.message}`);
  if (signal === "SIGINT" || signal === "SIGTERM") endStopped(signal);
  if (signal) fail(`Deno was ended by ${signal}.`);
  process.exit(code);
}

/** The home folder, or another where Deno and the Supabase CLI can keep what they need there. */
function writableHome() {
  if (isWritable(homedir())) return homedir();
  const substitute = join(tmpdir(), `amc-history-home-${process.getuid()}`);
  mkdirSync(substitute, { recursive: true, mode: 0o700 });
  process.stderr.write(
    `The home folder ${homedir()} cannot be written: ${substitute} is used instead.\n`,
  );
  return substitute;
}

function isWritable(folder) {
  const probe = join(folder, `.amc-history-${process.pid}`);
  try {
    writeFileSync(probe, "probe");
    rmSync(probe);
    return true;
  } catch {
    return false;
  }
}

/** The port that `npm start` is to serve the API on, if it names one that can be one. */
function demandedPort(args) {
  const words = args.flatMap((arg) => arg.split("="));
  const port = Number(words[words.lastIndexOf("--port") + 1]);
  return words.includes("--port") && port > 0 && port < 65536 ? port : null;
}

/** Tells of a taken port before anything is installed or started. */
async function checkPort(port) {
  const server = createServer();
  const problem = await new Promise((resolve) => {
    server.once("error", ({ code }) => resolve(code));
    server.listen({ port, host: "127.0.0.1" }, () => resolve(null));
  });
  server.close();
  if (problem === "EADDRINUSE") {
    fail(
      `Port ${port} of 127.0.0.1 is taken by another program: name another one, or leave --port out to get a free one.`,
    );
  }
  if (problem === "EACCES") {
    fail(
      `Port ${port} of 127.0.0.1 may not be used by this user: name one above 1023.`,
    );
  }
}

const [command, ...rest] = process.argv.slice(2);
checkNode();
if (command === "help") {
  printHelp();
  process.exit();
}
if (!Object.hasOwn(commands, command ?? "")) {
  fail(
    `Expected one of ${Object.keys(commands).join(", ")}, help, and got ${
      command ?? "nothing"
    }: for example, node local/cli.mjs start.`,
  );
}
if (command === "start") {
  const port = demandedPort(rest);
  if (port !== null) await checkPort(port);
}
if (!isInstalled()) await install();
if (command === "start" && !rest.includes("--help")) {
  process.stderr.write(
    "Starting … (Deno fetches its packages the first time)\n",
  );
}
await run(denoBinary(), [
  "run",
  "--allow-all",
  "--no-prompt",
  "--quiet",
  commands[command],
  ...rest,
]);
