import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import postgres from "postgres";
import {
  DEMO_INSTANCE,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from "../../../local/amc/mod.ts";
import {
  connectInstance,
  saveWorkflow,
  signIn,
  simulatorEnv,
  type StartedCollection,
} from "../../../local/demo/setup.ts";
import type { FunctionLog } from "../../../local/platform/functions/mod.ts";
import type { Platform } from "../../../local/platform/platform.ts";
import { withPlatform } from "../../support/with_platform.ts";

/** A line of a worker's log, read. */
export type LogLine = Record<string, unknown> & { event: string };

/** A platform, a simulator and a connected instance, on which nothing is collected yet and no schedule runs. */
export interface Harness {
  platform: Platform;
  simulator: Simulator;
  /** As the role postgres. */
  sql: postgres.Sql;
  /** supabase-js as service_role. */
  service: SupabaseClient;
  /** supabase-js, signed in as a member of the instance. */
  owner: SupabaseClient;
  ownerId: string;
  /** The id of the saved workflow. */
  workflow: string;
  /** The view that shows its results. */
  resultsView: string;
  /** The functions' environment; what is changed here counts from the next start of a worker on. */
  env: Record<string, string>;
  /** What the functions have logged so far. */
  lines: LogLine[];
}

/** Options of {@link withHarness}. */
export interface HarnessOptions {
  simulator?: SimulatorOptions;
  /** Variables for the functions besides those that name the simulator. */
  env?: Record<string, string>;
  /** Whether AMC has validated the workflow's query already, so that no dry run comes first. Default true. */
  checked?: boolean;
  /** Seconds a function's worker may live; as on the hosted platform by default. */
  wallClockSeconds?: number;
}

/** Executions that have ended as soon as anybody asks. */
export const INSTANT: SimulatorOptions = {
  execution: { pendingSeconds: 0, runSeconds: 0 },
};

const OWNER = { email: "owner@example.com", password: "Collects-52-weeks" };

/**
 * Gives some work a harness, and ends all that it holds afterwards.
 *
 * @returns what the work returns
 */
export async function withHarness<T>(
  options: HarnessOptions,
  work: (harness: Harness) => Promise<T>,
): Promise<T> {
  const simulator = await startSimulator({ ...INSTANT, ...options.simulator });
  const env = { ...options.env, ...simulatorEnv(simulator) };
  const lines: LogLine[] = [];
  try {
    return await withPlatform({
      scheduled: false,
      functionEnv: env,
      wallClockSeconds: options.wallClockSeconds,
      functionLog: (entry) => void lines.push(read(entry)),
    }, async (platform) => {
      const sql = postgres(platform.databaseUrl, {
        max: 2,
        onnotice: () => {},
      });
      try {
        const { id } = await platform.createUser(OWNER.email, OWNER.password);
        await connectInstance(platform, simulator, {
          email: OWNER.email,
          // Listings are due when a test says so, however long its ticks take.
          pollSeconds: 3600,
        });
        const owner = await signIn(platform, OWNER.email, OWNER.password);
        const saved = await saveWorkflow(owner);
        if (options.checked ?? true) {
          await sql`update public.amc_workflows set checked_at = now()`;
        }
        const service = serviceClient(platform);
        return await work({
          platform,
          simulator,
          sql,
          service,
          owner,
          ownerId: id,
          workflow: saved.workflow_id,
          resultsView: saved.results_view,
          env,
          lines,
        });
      } finally {
        await sql.end({ timeout: 5 });
      }
    });
  } finally {
    await simulator.stop();
  }
}

/** supabase-js as service_role. */
export function serviceClient(platform: Platform): SupabaseClient {
  return createClient(platform.apiUrl, platform.secretKeys.default, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
}

function read({ function: name, stream, line }: FunctionLog): LogLine {
  try {
    const known = JSON.parse(line);
    if (typeof known?.event === "string") return known;
  } catch {
    // Not one of ours.
  }
  return { event: "printed", function: name, stream, line };
}

/** Makes a collection as start-collection would have the database make it. @returns its weeks, oldest first */
export async function collect(
  harness: Harness,
  weeks: number,
  more: Record<string, unknown> = {},
): Promise<StartedCollection> {
  const { data, error } = await harness.service.rpc("start_collection", {
    requested_by: harness.ownerId,
    instance_id: DEMO_INSTANCE.instanceId,
    workflow_id: harness.workflow,
    weeks,
    ...more,
  });
  if (error) throw new Error(`No collection: ${error.message}`);
  return data;
}

/** The local time at which a week's window begins, as AMC is told. */
export function windowStartOf(week: { week_start_date: string }): string {
  return `${week.week_start_date}T00:00:00`;
}
