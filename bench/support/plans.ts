import postgres from "postgres";
import type { BenchDatabase } from "./database.ts";

const FOLDER = new URL("../../.local/plans/", import.meta.url);

/**
 * Runs a statement with auto_explain, which shows the plans of the statements within functions too, and keeps them in
 * `.local/plans/<name>.txt`. What the statement changed is rolled back.
 *
 * @param role the role that runs it
 * @param keep false: nothing is written
 */
export async function keepPlans(
  { adminUrl }: BenchDatabase,
  name: string,
  role: string,
  statement: string,
  keep: boolean,
): Promise<void> {
  if (!keep) return;
  const lines: string[] = [];
  const sql = postgres(adminUrl, {
    max: 1,
    onnotice: ({ message }) => void lines.push(String(message)),
  });
  try {
    await sql.unsafe(`
      load 'auto_explain';
      set auto_explain.log_analyze = on;
      set auto_explain.log_buffers = on;
      set auto_explain.log_nested_statements = on;
      set auto_explain.log_triggers = on;
      set client_min_messages = log`);
    // Plans of functions are made in the first call of a session; the second is what a warm session does.
    await sql.unsafe(`begin; set local role ${role}; ${statement}; rollback`);
    await sql.unsafe(`begin; set local auto_explain.log_min_duration = 0;
      set local role ${role}; ${statement}; rollback`);
  } finally {
    await sql.end({ timeout: 5 });
  }
  await Deno.mkdir(FOLDER, { recursive: true });
  await Deno.writeTextFile(
    new URL(`${name}.txt`, FOLDER),
    `${role}: ${statement.trim()}\n\n${summarise(lines).join("\n\n")}\n`,
  );
}

/** One entry for each statement, the costliest first: how often it ran, its time in all, and its slowest plan. */
function summarise(messages: string[]): string[] {
  const statements = new Map<
    string,
    { calls: number; total: number; slowest: number; plan: string }
  >();
  for (const message of messages) {
    const [, time, text, plan] =
      /^duration: ([\d.]+) ms {2}plan:\nQuery Text: ([\s\S]*?)\n((?:Query Parameters|[A-Z][A-Za-z ]+ {2}\(cost)[\s\S]*)$/
        .exec(message) ?? [];
    if (plan === undefined) continue;
    const duration = Number(time);
    const seen = statements.get(text) ??
      { calls: 0, total: 0, slowest: -1, plan };
    seen.calls++;
    seen.total += duration;
    if (duration > seen.slowest) {
      Object.assign(seen, { slowest: duration, plan });
    }
    statements.set(text, seen);
  }
  return [...statements].sort(([, a], [, b]) => b.total - a.total).map((
    [text, { calls, total, slowest, plan }],
  ) =>
    `-- ${calls} time(s), ${
      total.toFixed(3)
    } ms in all (what it calls included); slowest ${
      slowest.toFixed(3)
    } ms:\n${text.trim()}\n\n${plan}`
  );
}
