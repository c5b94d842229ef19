import { randomBytes } from "node:crypto";
import type { SupabaseClient } from "@supabase/supabase-js";
import { DEMO_INSTANCE, type Simulator, startSimulator } from "../amc/mod.ts";
import type { FunctionLog } from "../platform/functions/mod.ts";
import { type Platform, startPlatform } from "../platform/platform.ts";
import { type Chaos, shortenAllowances, startChaos } from "./chaos.ts";
import type { Progress } from "./progress.ts";
import {
  connectInstance,
  saveWorkflow,
  signIn,
  simulatorEnv,
  startCollection,
} from "./setup.ts";
import type { Access, Summary } from "./summary.ts";
import type { ChaosSummary } from "./chaos_summary.ts";

/** How {@link startDemo} is to run. */
export interface DemoOptions {
  /** Weeks to collect, 1 to 60. */
  weeks: number;
  /** Port of the API; a free one by default. */
  port?: number;
  /** Seed of the chaos to collect under; without it, or null: no chaos. */
  chaos?: number | null;
  /** Whether Ctrl-C stops all and ends the process (true by default). */
  stopOnSignals?: boolean;
  /** Receives each line that an edge function prints. */
  functionLog?: (entry: FunctionLog) => void;
  /** Receives a line a person may read about each step. */
  say: (line: string) => void;
}

/** A demo whose collection is under way. */
export interface Demo {
  platform: Platform;
  simulator: Simulator;
  access: Access;
  collectionId: string;
  /**
   * Watches the collection until every week has ended.
   *
   * @param show receives the progress, and the seconds since the start, about twice a second
   * @throws a sentence if nothing changes for five minutes
   */
  finished(show: (progress: Progress, seconds: number) => void): Promise<void>;
  /** What came of it, from the database and from the simulator's own ledger. */
  summarize(): Promise<Summary>;
  stop(): Promise<void>;
}

const EMAIL = "demo@example.com";
const STALL_TIMEOUT_MS = 300_000;

/**
 * Starts the platform and the simulator, and a collection in the way a front end would: a signed-in user, supabase-js,
 * the edge function start-collection.
 */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const simulator = await startSimulator();
  let platform: Platform | undefined;
  let chaos: Chaos | undefined;
  const stop = async () => {
    await chaos?.stop();
    await platform?.stop();
    await simulator.stop();
  };
  try {
    platform = await startPlatformFor(simulator, options);
    options.say(`The platform is up at ${platform.apiUrl}.`);
    const password = randomBytes(9).toString("base64url");
    await platform.createUser(EMAIL, password);
    await connectInstance(platform, simulator, {
      email: EMAIL,
      pollSeconds: 1,
    });
    if (isChaotic(options)) await shortenAllowances(platform.databaseUrl);
    const client = await signIn(platform, EMAIL, password);
    const workflow = await saveWorkflow(client);
    const startedAt = performance.now();
    const { collection_id: collectionId } = await startCollection(client, {
      workflow: workflow.workflow_id,
      weeks: options.weeks,
    });
    options.say(
      `Collecting ${options.weeks} weeks of workflow ${workflow.workflow_id} from instance ${DEMO_INSTANCE.instanceId}.`,
    );
    if (isChaotic(options)) {
      chaos = startChaos(platform, simulator, options.chaos);
      options.say(`Chaos begins, with seed ${options.chaos}.`);
    }
    const seconds = () => (performance.now() - startedAt) / 1000;
    let took = 0;
    let chaosSummary: ChaosSummary | undefined;
    return {
      platform,
      simulator,
      collectionId,
      access: {
        apiUrl: platform.apiUrl,
        publishableKey: platform.publishableKey,
        databaseUrl: platform.databaseUrl,
        email: EMAIL,
        password,
        view: workflow.results_view,
      },
      finished: async (show) => {
        await watch(client, collectionId, (now) => show(now, seconds()));
        took = seconds();
        chaosSummary = await chaos?.stop();
      },
      summarize: async () => ({
        ...await summarize(client, collectionId, platform!, simulator, took),
        ...chaosSummary && { chaos: chaosSummary },
      }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function isChaotic<Options extends { chaos?: number | null }>(
  options: Options,
): options is Options & { chaos: number } {
  return typeof options.chaos === "number";
}

function startPlatformFor(
  simulator: Simulator,
  options: DemoOptions,
): Promise<Platform> {
  return startPlatform({
    apiPort: options.port,
    stopOnSignals: options.stopOnSignals,
    functionLog: options.functionLog,
    // A minute on the hosted platform; here a person is waiting.
    tickSeconds: 1,
    functionEnv: simulatorEnv(simulator),
  });
}

async function watch(
  client: SupabaseClient,
  collectionId: string,
  show: (progress: Progress) => void,
): Promise<void> {
  let changedAt = performance.now();
  let last = "";
  while (true) {
    const { data, error } = await client.from("collection_progress")
      .select("weeks,running,completed,failed,tracked,status")
      .eq("collection_id", collectionId).single();
    if (error) {
      throw new Error(`The progress could not be read: ${error.message}`);
    }
    const progress = data as Progress;
    show(progress);
    if (progress.completed + progress.failed === progress.weeks) return;
    if (JSON.stringify(progress) !== last) changedAt = performance.now();
    last = JSON.stringify(progress);
    if (performance.now() - changedAt > STALL_TIMEOUT_MS) {
      throw new Error(
        "Nothing has changed for five minutes: look at the log of the functions.",
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
}

async function summarize(
  client: SupabaseClient,
  collectionId: string,
  platform: Platform,
  simulator: Simulator,
  seconds: number,
): Promise<Summary> {
  const { data: progress, error } = await client.from("collection_progress")
    .select("weeks,completed,failed,tracked")
    .eq("collection_id", collectionId).single();
  if (error) {
    throw new Error(`The progress could not be read: ${error.message}`);
  }
  const weeks = await client.from("report_data_weeks")
    .select("id,data").eq("collection_id", collectionId);
  const executions = await client.from("workflow_executions").select("id")
    .in("week_id", (weeks.data ?? []).map(({ id }) => id));
  if (weeks.error ?? executions.error) {
    throw new Error(
      `The result could not be read: ${
        (weeks.error ?? executions.error)?.message
      }`,
    );
  }
  return {
    weeks: progress.weeks,
    completed: progress.completed,
    failed: progress.failed,
    tracked: progress.tracked,
    untracked: progress.weeks - progress.tracked,
    executions: executions.data!.length,
    creates_accepted: simulator.ledger().length,
    rows: weeks.data!.reduce((sum, { data }) => sum + (data?.rows ?? 0), 0),
    seconds: Math.round(seconds * 10) / 10,
    api_url: platform.apiUrl,
    database_url: platform.databaseUrl,
  };
}
