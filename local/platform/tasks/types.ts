// `npm run types`: writes the TypeScript types of the schema public, taken from a database with the migrations applied.
// With --check it writes nothing, and fails when the file is not what the migrations give.

import { dirname, join } from "node:path";
import { checkout } from "../postgres/checkout.ts";
import { supabase, withoutPassword } from "../supabase_cli.ts";
import { isCheck } from "./check_option.ts";
import { withMigratedDatabase } from "./migrated_database.ts";

const path = "supabase/functions/_shared/database/database.types.ts";
const head =
  `// Generated from the migrations by \`npm run types\`: do not edit.
// deno-lint-ignore-file
`;

async function generate(url: string): Promise<string> {
  const result = await supabase([
    "gen",
    "types",
    "--lang=typescript",
    "--schema=public",
    `--remote=${url}`,
  ]);
  if (result.code !== 0 || !result.stdout.includes("export type Database")) {
    throw new Error(
      `Generating the types failed:\n${
        withoutPassword(`${result.stdout}${result.stderr}`).trim()
      }`,
    );
  }
  return await format(head + result.stdout);
}

async function format(source: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext", "ts", "-"],
    cwd: checkout,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(source));
  await writer.close();
  const { success, stdout } = await child.output();
  if (!success) throw new Error("deno fmt refused the generated types.");
  return new TextDecoder().decode(stdout);
}

const check = isCheck();
const wanted = await withMigratedDatabase(generate);
const file = join(checkout, path);
if (!check) {
  await Deno.mkdir(dirname(file), { recursive: true });
  await Deno.writeTextFile(file, wanted);
  console.log(`Wrote ${path}.`);
} else if (await Deno.readTextFile(file).catch(() => "") !== wanted) {
  console.error(
    `${path} is not what the migrations give: run \`npm run types\` and commit the result.`,
  );
  Deno.exit(1);
} else {
  console.log(`${path} is what the migrations give.`);
}
