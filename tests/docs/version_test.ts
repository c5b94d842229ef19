import { equal, ok } from "node:assert/strict";
import { join } from "node:path";
import { checkout } from "../../local/platform/postgres/mod.ts";
import { VERSION } from "../../supabase/functions/_shared/amc/version.ts";

const read = (path: string) => Deno.readTextFileSync(join(checkout, path));
const { version } = JSON.parse(read("package.json"));

Deno.test("the functions' User-Agent has the version of package.json", () => {
  equal(VERSION, version);
});

Deno.test("package-lock.json has the version of package.json", () => {
  const lock = JSON.parse(read("package-lock.json"));
  equal(lock.version, version);
  equal(lock.packages[""].version, version);
});

Deno.test("the newest heading of the changelog is the version of package.json", () => {
  const [, newest, date] = /^## \[([^\]]+)\] - (.+)$/m.exec(
    read("CHANGELOG.md"),
  )!;
  equal(newest, version);
  ok(
    date === "Unreleased" || /^\d{4}-\d{2}-\d{2}$/.test(date),
    `expected Unreleased or a date as yyyy-mm-dd, got ${date}`,
  );
});
