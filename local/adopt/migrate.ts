import type { Context } from "./context.ts";
import { ourVersions } from "./legacy_tables.ts";
import { newReport, refuse, type Report } from "./report.ts";
import { exists, findTables } from "./survey.ts";

/** Says how our migrations are applied, which is as everywhere, and whether they were. */
export async function migrate({ sql, dryRun }: Context): Promise<Report> {
  const report = newReport("migrate", dryRun);
  const { moving } = await findTables(sql);
  if (moving.length > 0) {
    return refuse(
      report,
      `The names that our migrations need are still taken by the older service's (${
        moving.map(({ name }) => name).join(", ")
      }). First: npm run adopt -- make-room`,
    );
  }
  const wanted = ourVersions();
  const applied = await exists(sql, "supabase_migrations.schema_migrations")
    ? (await sql.unsafe(
      "select version from supabase_migrations.schema_migrations",
    )).map(({ version }) => version as string)
    : [];
  const missing = wanted.filter((version) => !applied.includes(version));
  report.sections = [{
    title: "Our migrations",
    rows: [{
      "in this checkout": wanted.length,
      applied: wanted.length - missing.length,
    }],
  }];
  if (missing.length === 0) return { ...report, outcome: "unchanged" };
  return {
    ...refuse(
      report,
      `${missing.length} of ${wanted.length} migrations are not applied, the first is ${
        missing[0]
      }.`,
    ),
    next: ["npx supabase db push --remote"],
  };
}
