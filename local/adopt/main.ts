// `npm run adopt`: takes a project over in which the older service has run (docs/ADOPTING.md).

import process from "node:process";
import { ArgumentError, parseArguments, usage } from "./arguments.ts";
import { openDatabase } from "./database.ts";
import { asText } from "./report.ts";
import { STEPS } from "./steps.ts";

/** Status 0: done; 1: blocked, refused or failed; 2: the arguments cannot be understood. */
async function main(args: string[]): Promise<number> {
  const width = Math.max(...STEPS.map(({ name }) => name.length));
  const lines = STEPS.map(({ name, what }) => `${name.padEnd(width)}  ${what}`);
  let asked;
  try {
    asked = parseArguments(
      args,
      STEPS.map(({ name }) => name),
      process.env.DATABASE_URL,
    );
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    console.error(error.message);
    return 2;
  }
  if (asked === null) {
    console.log(usage(lines));
    return 0;
  }
  const { step, databaseUrl, ...options } = asked;
  const sql = openDatabase(databaseUrl);
  try {
    const report = await STEPS.find(({ name }) => name === step)!.run({
      ...options,
      sql,
      say: (line) => console.error(line),
      pause: (milliseconds) =>
        new Promise((done) => setTimeout(done, milliseconds)),
    });
    console.log(asked.json ? JSON.stringify(report) : asText(report).trimEnd());
    return report.outcome === "blocked" ? 1 : 0;
  } catch (error) {
    // The server's words alone: no address and no password is in them.
    const { message, code } = error as Error & { code?: string };
    console.error(
      `${step}: ${message}${
        code ? ` (${code})` : ""
      }. What was done stays; call it again to go on.`,
    );
    return 1;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

process.exitCode = await main(Deno.args);
