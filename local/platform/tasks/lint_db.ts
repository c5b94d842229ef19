// `npm run lint:db -- <url>`: `supabase db lint` on the functions of a database that has the extension plpgsql_check, such as
// the one of `npx supabase start`. The embedded Postgres has no such extension, so .ci/run cannot run this; CI's job with
// Docker does.

import { supabase, withoutPassword } from "../supabase_cli.ts";

const [url, ...rest] = Deno.args;
if (!/^postgres(ql)?:\/\//.test(url ?? "") || rest.length > 0) {
  console.error(
    "Expected the URL of a database: npm run lint:db -- postgresql://postgres:postgres@127.0.0.1:54322/postgres",
  );
  Deno.exit(1);
}
const { code, stdout, stderr } = await supabase([
  "db",
  "lint",
  "--schema=public,amc_history",
  "--level=error",
  "--fail-on=error",
  `--remote=${url}`,
]);
console.log(withoutPassword(`${stdout}${stderr}`).trim());
Deno.exit(code);
