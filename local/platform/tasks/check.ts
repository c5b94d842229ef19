// `npm run check`: format, lint and types of everything, the style of SQL, and squawk; the functions also with the deno.json
// they are deployed with.

import { join } from "node:path";
import { readFunctionConfigs } from "../functions/config.ts";
import { checkout } from "../postgres/checkout.ts";

async function deno(...args: string[]): Promise<boolean> {
  console.error(`deno ${args.join(" ")}`);
  const { success } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: checkout,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn().status;
  return success;
}

const outcomes = [
  await deno("fmt", "--check"),
  await deno("lint"),
  await deno("check", "."),
  await deno("run", "--allow-all", "local/platform/tasks/lint_sql.ts"),
];
for (
  const config of (await readFunctionConfigs(join(checkout, "supabase")))
    .values()
) {
  if (config.importMap === null) continue;
  outcomes.push(
    await deno(
      "check",
      "--no-lock",
      "--node-modules-dir=none",
      "--config",
      config.importMap,
      config.entrypoint,
    ),
  );
}
Deno.exit(outcomes.every(Boolean) ? 0 : 1);
