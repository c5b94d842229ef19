import fc from "fast-check";
import type postgres from "postgres";
import { HIT } from "./world.ts";

/** Values of the hit instance's settings that its CHECKs allow, or refuse. */
const INSTANCE: Record<string, (string | number | boolean | null)[]> = {
  max_parallel: [1, 2, 100],
  daily_limit: [1, 3, 1_000_000_000],
  list_lag_seconds: [0, 1, 3_600],
  poll_seconds: [1, 600, 3_600],
  overdue_hours: [1, 720],
  running_elsewhere: [0, 1, 50],
  throttles_in_row: [10, 1_000, 2_000_000_000],
  matcher_proved_at: [null],
  paused_until: ["infinity", "2025-06-02T12:30:00Z", "-infinity"],
  list_due_at: ["2025-06-02T13:00:00Z"],
  list_leased_until: ["2025-06-02T12:10:00Z"],
  entity_id: ["ENTITYOTHER"],
  marketplace_id: ["A0"],
  credential_name: ["missing"],
};

/** Values of allowances within their CHECKs. */
const ALLOWANCES: Record<string, (string | number)[]> = {
  pause_longest: ["15 seconds", "23 hours"],
  failed_retry_least: ["1 second"],
  stoppage_pause_base: ["1 second"],
  stoppage_pause_longest: ["1 minute", "1 day"],
  list_lag: ["1 second"],
  list_overlap: ["1 second", "400 days"],
  list_lease: ["1 second"],
  load_lease: ["1 second"],
  load_errors: [3],
  result_gone: ["6 minutes"],
  workflow_visible: ["31 seconds"],
  watch: ["6 minutes", "1 year"],
};

/** A setting of the operator. */
export interface SettingFault {
  kind: "setting";
  of: "instance" | "allowances";
  name: string;
  value: string | number | boolean | null;
}

const from = (
  of: SettingFault["of"],
  known: Record<string, SettingFault["value"][]>,
): fc.Arbitrary<SettingFault>[] =>
  Object.entries(known).flatMap(([name, values]) =>
    values.map((value) =>
      fc.constant({ kind: "setting" as const, of, name, value })
    )
  );

/** A setting that is unusual. */
export const aSetting: fc.Arbitrary<SettingFault> = fc.oneof(
  ...from("instance", INSTANCE),
  ...from("allowances", ALLOWANCES),
);

/**
 * Changes a setting, as the operator does at a database prompt; what a CHECK refuses stays as it is.
 *
 * @returns the setting as it was
 */
export async function applySetting(
  sql: postgres.Sql,
  { of, name, value }: SettingFault,
): Promise<SettingFault> {
  const where = of === "instance" ? `where id = '${HIT}'` : "";
  const table = of === "instance"
    ? "public.amc_instances"
    : "amc_history.allowances";
  const text = value === null ? "null" : `'${value}'`;
  await sql.unsafe("savepoint setting; set local role postgres");
  const [was] = await sql.unsafe(
    `select ${name}::text as value from ${table} ${where}`,
  );
  try {
    await sql.unsafe(`update ${table} set ${name} = ${text} ${where}`);
    await sql.unsafe("release savepoint setting");
  } catch (error) {
    if ((error as { code?: string }).code !== "23514") throw error;
    await sql.unsafe("rollback to setting");
  }
  await sql.unsafe("set local role service_role");
  return { kind: "setting", of, name, value: was.value };
}
