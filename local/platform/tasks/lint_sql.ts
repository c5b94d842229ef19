// `npm run lint:sql`: the style of every SQL file, and squawk on the migrations (rules: .squawk.toml).

import { existsSync, globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkout } from "../postgres/checkout.ts";
import { styleFaults } from "./sql_style.ts";

/** Postgres writes this one, with its own spelling. */
const GENERATED = "supabase/schema.sql";

async function style(): Promise<boolean> {
  const paths = globSync("**/*.{sql,psql}", {
    cwd: checkout,
    exclude: (name) => ["node_modules", ".local"].includes(name),
  }).filter((path) => path !== GENERATED).sort();
  let good = paths.length > 0;
  for (const path of paths) {
    const faults = styleFaults(await readFile(join(checkout, path), "utf8"));
    for (const { line, what } of faults) {
      console.error(`${path}:${line}: ${what}`);
    }
    good &&= faults.length === 0;
  }
  return good;
}

async function squawk(): Promise<boolean> {
  const { os, arch } = Deno.build;
  const packaged = `node_modules/@squawk-cli/${os}-${
    arch === "x86_64" ? "x64" : "arm64"
  }`;
  if (!existsSync(join(checkout, packaged))) {
    // An optional package: what else runs here does not need it, and does not install it.
    const isExpected = os === "linux" && arch === "x86_64";
    console.error(
      isExpected
        ? `Expected squawk in ${packaged}, and it is not there: run npm ci.`
        : `squawk did not run: package-lock.json has it for Linux on x64 only, as in CI, and this is ${os} on ${arch}.`,
    );
    return !isExpected;
  }
  const { success } = await new Deno.Command(
    join(checkout, packaged, "bin/squawk"),
    {
      args: globSync("supabase/migrations/*.sql", { cwd: checkout }).sort(),
      cwd: checkout,
      stdin: "null",
      stdout: "inherit",
      stderr: "inherit",
    },
  ).spawn().status;
  return success;
}

const outcomes = [await style(), await squawk()];
Deno.exit(outcomes.every(Boolean) ? 0 : 1);
