import assert from "node:assert/strict";
import type postgres from "postgres";
import { completed } from "../support/progress.ts";
import { assertNothingLost } from "../support/proof.ts";
import { openSession } from "../support/sessions.ts";
import { logOutcome } from "../support/log_outcome.ts";
import { type ChaosHarness, withHarness } from "../support/harness.ts";

const MAX_CONNECTIONS = 40;

/** More than the API has connections. */
const API_CALLS = 15;

/** Weeks that become due just before all connections are taken, half of them each time. */
const RESERVE = 4;

/** How long all connections are held. */
const HELD_SECONDS = 2.5;

/** Holds connections as the role postgres until the server refuses one more. @returns those that are held */
async function holdAll(url: string): Promise<postgres.Sql[]> {
  const held: postgres.Sql[] = [];
  for (let n = 0; n < MAX_CONNECTIONS; n++) {
    const sql = openSession(url, "holder");
    try {
      await sql`select 1`;
      held.push(sql);
    } catch (error) {
      await sql.end({ timeout: 1 });
      assert.equal((error as { code?: string }).code, "53300");
      return held;
    }
  }
  throw new Error(`Expected to be refused before ${MAX_CONNECTIONS} sessions.`);
}

/** Keeps each connection of the API's pool busy, and has further calls wait for one. @returns how many were held */
async function holdApi({ platform }: ChaosHarness): Promise<number> {
  const { apiUrl, secretKeys } = platform.ready;
  const calls = Array.from({ length: API_CALLS }, async () => {
    const answer = await fetch(`${apiUrl}/rest/v1/rpc/hold`, {
      method: "POST",
      headers: {
        apikey: secretKeys.default,
        "Content-Type": "application/json",
      },
      body: JSON.stringify({ seconds: HELD_SECONDS }),
    });
    await answer.body?.cancel();
    return answer.ok;
  });
  // One that finds no connection is refused: that is what is wanted.
  const held = await Promise.allSettled(calls);
  return held.filter((one) => one.status === "fulfilled" && one.value).length;
}

/**
 * Takes every connection for some seconds: the server takes no more, the workers lose those that they had, and the API's
 * pool is busy.
 *
 * @returns how many were held
 */
async function exhaust(
  harness: ChaosHarness,
  admin: postgres.Sql,
): Promise<number> {
  const url = harness.platform.ready.databaseUrl;
  const held = await holdAll(url);
  try {
    await admin`
      select pg_terminate_backend(pid, 5000) from pg_stat_activity
      where datname = current_database() and application_name = 'amc-history'`;
    held.push(...await holdAll(url));
    const ofApi = await holdApi(harness);
    assert.ok(held.length > 0 && ofApi > 0, `${held.length} and ${ofApi} held`);
    return held.length + ofApi;
  } finally {
    await Promise.all(held.map((sql) => sql.end({ timeout: 1 })));
  }
}

/** Weeks are collected once each though all connections are taken for seconds, again and again. */
export async function connectionsExhausted(weeks: number): Promise<void> {
  const settings = [`max_connections=${MAX_CONNECTIONS}`];
  await withHarness({ weeks, settings, reserve: RESERVE }, async (harness) => {
    await harness.connect((sql) =>
      sql.unsafe(`
      create function public.hold(seconds double precision) returns void
      language sql volatile set search_path = '' as 'select pg_catalog.pg_sleep(seconds)';
      grant execute on function public.hold(double precision) to service_role;`)
    );
    const admin = openSession(harness.platform.ready.adminDatabaseUrl);
    let sessions = 0;
    try {
      await admin`select 1`;
      for (const part of [0.2, 0.6]) {
        const done = await completed(harness, Math.round(weeks * part));
        await harness.release(RESERVE / 2);
        assert.ok(done < weeks, "connections were taken too late");
        sessions += await exhaust(harness, admin);
      }
    } finally {
      await admin.end({ timeout: 5 });
    }
    await completed(harness);
    await assertNothingLost(harness);
    await logOutcome("Connections exhausted", harness, { sessions });
  });
}
