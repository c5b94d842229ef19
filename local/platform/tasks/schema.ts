// `npm run schema`: writes supabase/schema.sql, the schema as a whole as the migrations make it, so that a reviewer sees
// what a change does to it. With --check it writes nothing, and fails when the file is not what the migrations give.

import { join } from "node:path";
import postgres from "postgres";
import { checkout } from "../postgres/checkout.ts";
import { isCheck } from "./check_option.ts";
import { withMigratedDatabase } from "./migrated_database.ts";

const path = "supabase/schema.sql";
const MAX_LINE = 120;
const head =
  `-- The schema as the migrations make it, read from the catalogue by \`npm run schema\`: do not edit.
-- Columns, constraints and objects stand in the order of their names; a line "-- role: rights" tells a grant.
`;

/** The catalogue writes a definition in one line, however long: this breaks it at blanks, for those who read it. */
function wrapped(line: string): string[] {
  const lines: string[] = [];
  let rest = line;
  while (rest.length > MAX_LINE) {
    const at = rest.lastIndexOf(" ", MAX_LINE);
    // A word that is longer stays whole, as does what only its indent could be broken from.
    if (at < 0 || rest.slice(0, at).trim() === "") break;
    lines.push(rest.slice(0, at));
    rest = `    ${rest.slice(at + 1)}`;
  }
  return [...lines, rest];
}

/** Reads what the migrations made, as text in SQL. */
async function snapshot(url: string): Promise<string> {
  const query = await Deno.readTextFile(
    new URL("./sql/schema.sql", import.meta.url),
  );
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const rows = await sql.unsafe<{ section: string; definition: string }[]>(
      query,
    );
    let text = head;
    let section = "";
    for (const row of rows) {
      if (row.section !== section) {
        section = row.section;
        text += `\n-- ${section}\n`;
      }
      const lines = row.definition.split("\n").flatMap((line) =>
        wrapped(line.trimEnd())
      );
      text += `\n${lines.join("\n")}\n`;
    }
    return text;
  } finally {
    await sql.end();
  }
}

const check = isCheck();
const wanted = await withMigratedDatabase(snapshot);
const file = join(checkout, path);
if (!check) {
  await Deno.writeTextFile(file, wanted);
  console.log(`Wrote ${path}.`);
} else if (await Deno.readTextFile(file).catch(() => "") !== wanted) {
  console.error(
    `${path} is not what the migrations give: run \`npm run schema\` and commit the result.`,
  );
  Deno.exit(1);
} else {
  console.log(`${path} is what the migrations give.`);
}
