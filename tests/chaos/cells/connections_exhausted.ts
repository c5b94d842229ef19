import assert from "node:assert/strict";
import postgres from "postgres";
import { completed } from "../support/progress.ts";
import { assertNothingLost } from "../support/proof.ts";
import { tell } from "../support/tell.ts";
import { type ChaosWorld, withWorld } from "../support/world.ts";

const MAX_CONNECTIONS = 40;

/** How long all connections are held. */
const HELD_MS = 2_500;

/** Holds connections as the role postgres until the server refuses one more. @returns ends those that are held */
async function holdAll(url: string): Promise<() => Promise<void>> {
  const held: postgres.Sql[] = [];
  for (let n = 0; n < MAX_CONNECTIONS; n++) {
    const sql = postgres(url, { max: 1, onnotice: () => {} });
    try {
      await sql`select 1`;
      held.push(sql);
    } catch (error) {
      await sql.end({ timeout: 1 });
      assert.equal((error as { code?: string }).code, "53300");
      break;
    }
  }
  return async () => {
    await Promise.all(held.map((sql) => sql.end({ timeout: 1 })));
  };
}

/** Ends the sessions of the API, the schedule and the functions, so that they have to connect again. */
async function cutOff(admin: postgres.Sql): Promise<void> {
  await admin`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name in ('api stand-in', 'amc-history')`;
}

/** Holds every connection for some seconds: first those that are free, then those that the platform had. */
async function exhaust(
  { platform, lines }: ChaosWorld,
  admin: postgres.Sql,
): Promise<number> {
  const from = lines.length;
  const release = await holdAll(platform.databaseUrl);
  await cutOff(admin);
  const releaseRest = await holdAll(platform.databaseUrl);
  await new Promise((done) => setTimeout(done, HELD_MS));
  await release();
  await releaseRest();
  return lines.slice(from).filter((line) =>
    /too many|remaining connection slots|53300|_failed/.test(line)
  ).length;
}

/** Weeks are collected once each though all connections are taken for seconds, again and again. */
export async function connectionsExhausted(weeks: number): Promise<void> {
  const settings = [`max_connections=${MAX_CONNECTIONS}`];
  await withWorld({ weeks, settings }, async (world) => {
    const admin = postgres(world.platform.adminDatabaseUrl, {
      max: 1,
      onnotice: () => {},
    });
    let felt = 0;
    try {
      await admin`select 1`;
      for (const part of [0.2, 0.6]) {
        await completed(world, Math.round(weeks * part));
        felt += await exhaust(world, admin);
      }
    } finally {
      await admin.end({ timeout: 5 });
    }
    await completed(world);
    assert.ok(felt > 0, "the worker never felt that connections were lacking");
    await assertNothingLost(world);
    await tell("Connections exhausted", world, { failures: felt });
  });
}
