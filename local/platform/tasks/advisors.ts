// `node local/cli.mjs advisors`: Supabase's security and performance advisors on a database with the migrations applied.
// Fails on a finding of the level warn or above.

import { supabase, withoutPassword } from "../supabase_cli.ts";
import { withMigratedDatabase } from "./migrated_database.ts";

const result = await withMigratedDatabase((url) =>
  supabase([
    "db",
    "advisors",
    "--type=all",
    "--level=warn",
    "--fail-on=warn",
    `--remote=${url}`,
  ])
);
console.log(withoutPassword(`${result.stdout}${result.stderr}`).trim());
Deno.exit(result.code);
