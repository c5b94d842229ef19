import { randomBytes } from "node:crypto";
import type { SupabaseClient } from "@supabase/supabase-js";
import { DEMO_INSTANCE, type Simulator, startSimulator } from "../amc/mod.ts";
import type { FunctionLog } from "../platform/functions/mod.ts";
import { type Platform, startPlatform } from "../platform/platform.ts";
import { pollLoop } from "../platform/poll_loop.ts";
import { shortenAllowances, startChaos } from "./chaos.ts";
import type { ChaosSummary } from "./chaos_summary.ts";
import { summarizeCollection, watchCollection } from "./collection.ts";
import { orInterrupted } from "./interruption.ts";
import type { Kept, KeptState } from "./kept.ts";
import type { Progress } from "./progress.ts";
import {
  connectInstance,
  saveWorkflow,
  signIn,
  simulatorEnv,
  startCollection,
} from "./setup.ts";
import type { Access, Summary } from "./summary.ts";

/** How {@link startDemo} is to run. */
export interface DemoOptions {
  /** Weeks to collect, 1 to 60. */
  weeks: number;
  /** Port of the API; a free one by default. */
  port?: number;
  /** Seed of the chaos to collect under; without it, or null: no chaos. */
  chaos?: number | null;
  /** Goes on with what an earlier start has kept, and keeps all for the next one. */
  kept?: Kept;
  /** Ends the demo, whatever it is doing; its own steps then fail with the signal's reason. */
  signal?: AbortSignal;
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
  /** Ends everything that was started. May be called more than once. */
  stop(): Promise<void>;
}

const SNAPSHOT_EVERY_MS = 500;

/**
 * Starts the platform and the simulator, and a collection in the way a front end would: a signed-in user, supabase-js,
 * the edge function start-collection.
 *
 * @throws a sentence when a step fails; nothing is left running then
 */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const parts = new AsyncDisposableStack();
  try {
    return await startParts(options, parts);
  } catch (error) {
    await parts.disposeAsync();
    throw error;
  }
}

async function startParts(
  options: DemoOptions,
  parts: AsyncDisposableStack,
): Promise<Demo> {
  const { say, signal, weeks, kept } = options;
  const { simulator, platform } = await startServers(options, parts);
  say("Setting up the demo user, the instance and the workflow …");
  const { client, access, workflow } = await orInterrupted(
    signal,
    setUp(options, simulator, platform),
  );
  const endChaos = beginChaos(options, simulator, platform, parts);
  say("Starting the edge function start-collection …");
  const startedAt = performance.now();
  const { collection_id: collectionId } = await orInterrupted(
    signal,
    startCollection(client, { workflow, weeks }, kept && `demo-${weeks}-weeks`),
  );
  say(
    `Collecting ${weeks} ${
      weeks === 1 ? "week" : "weeks"
    } of workflow ${workflow} from instance ${DEMO_INSTANCE.instanceId}.`,
  );
  const seconds = () => (performance.now() - startedAt) / 1000;
  let took = 0;
  let chaos: ChaosSummary | null = null;
  return {
    platform,
    simulator,
    collectionId,
    access,
    async finished(show) {
      const showNow = (now: Progress) => show(now, seconds());
      await watchCollection(client, collectionId, showNow, signal);
      took = seconds();
      chaos = await endChaos();
    },
    summarize: async () => ({
      ...await summarizeCollection(client, collectionId, simulator),
      seconds: Math.round(took * 10) / 10,
      ...chaos && { chaos },
    }),
    stop: () => parts.disposeAsync(),
  };
}

async function startServers(
  { kept, signal, say, ...options }: DemoOptions,
  parts: AsyncDisposableStack,
): Promise<{ simulator: Simulator; platform: Platform }> {
  say("Starting the AMC simulator …");
  const simulator = await startSimulator({
    snapshot: kept?.snapshot ?? undefined,
  });
  parts.defer(() => simulator.stop());
  if (kept) {
    const save = () => kept.saveSnapshot(simulator.snapshot());
    await save();
    const saving = pollLoop(
      save,
      SNAPSHOT_EVERY_MS,
      (reason) => say(`The simulator's executions cannot be kept: ${reason}`),
    );
    parts.defer(async () => {
      await saving.stop();
      await save().catch(() => {});
    });
  }
  const platform = await startPlatform({
    apiPort: options.port,
    keep: kept &&
      { folder: kept.database, state: kept.state?.platform ?? null },
    stopOnSignals: false,
    signal,
    functionLog: options.functionLog,
    step: (what) => say(`${what} …`),
    // A minute on the hosted platform; here a person is waiting.
    tickSeconds: 1,
    functionEnv: simulatorEnv(simulator),
  });
  parts.defer(() => platform.stop());
  return { simulator, platform };
}

/** Does what a kept database has had done already only once. */
async function setUp(
  { kept, chaos }: DemoOptions,
  simulator: Simulator,
  platform: Platform,
): Promise<{ client: SupabaseClient; access: Access; workflow: string }> {
  const user = kept?.state?.user ?? {
    email: "demo@example.com",
    password: randomBytes(9).toString("base64url"),
  };
  if (!kept?.state) {
    await platform.createUser(user.email, user.password);
    await connectInstance(platform, simulator, {
      email: user.email,
      pollSeconds: 1,
    });
  }
  if (typeof chaos === "number") await shortenAllowances(platform.databaseUrl);
  const client = await signIn(platform, user.email, user.password);
  const { workflow_id: workflow, results_view: view } = await saveWorkflow(
    client,
  );
  const access = accessOf(platform, user, workflow, view);
  if (kept) await kept.save({ platform: platform.state!, user }, access);
  return { client, access, workflow };
}

function accessOf(
  platform: Platform,
  user: KeptState["user"],
  workflow: string,
  view: string,
): Access {
  return {
    ...user,
    apiUrl: platform.apiUrl,
    publishableKey: platform.publishableKey,
    secretKey: platform.secretKeys.default,
    databaseUrl: platform.databaseUrl,
    workflow,
    view,
  };
}

/** Begins the chaos that was asked for, if any. @returns ends it, and says what there was of it */
function beginChaos(
  options: DemoOptions,
  simulator: Simulator,
  platform: Platform,
  parts: AsyncDisposableStack,
): () => Promise<ChaosSummary | null> {
  if (typeof options.chaos !== "number") return () => Promise.resolve(null);
  const chaos = startChaos(platform, simulator, options.chaos);
  options.say(`Chaos begins, with seed ${options.chaos}.`);
  let ended: Promise<ChaosSummary> | null = null;
  const end = () => ended ??= chaos.stop();
  parts.defer(async () => void await end());
  return end;
}
