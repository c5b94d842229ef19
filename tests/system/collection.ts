import { randomBytes } from "node:crypto";
import type { SupabaseClient } from "@supabase/supabase-js";
import { type Simulator, startSimulator } from "../../local/amc/mod.ts";
import {
  connectInstance,
  saveWorkflow,
  signIn,
  simulatorEnv,
  startCollection,
  type StartedCollection,
} from "../../local/demo/setup.ts";
import type {
  Platform,
  PlatformOptions,
} from "../../local/platform/platform.ts";
import { withPlatform } from "../support/with_platform.ts";

/** A platform on which a user's collection has been started. */
export interface CollectionUnderWay {
  platform: Platform;
  simulator: Simulator;
  /** supabase-js, signed in as the collection's owner. */
  client: SupabaseClient;
  collectionId: string;
  weeks: StartedCollection["weeks"];
}

/** Starts a simulator, a platform and a collection as a user does; stops all afterwards. */
export async function withCollection<T>(
  options: { weeks: number; platform?: Omit<PlatformOptions, "database"> },
  work: (collection: CollectionUnderWay) => Promise<T>,
): Promise<T> {
  const simulator = await startSimulator();
  try {
    return await withPlatform({
      ...options.platform,
      functionEnv: simulatorEnv(simulator),
    }, async (platform) => {
      const email = "owner@example.com";
      const password = randomBytes(9).toString("base64url");
      await platform.createUser(email, password);
      await connectInstance(platform, simulator, {
        email,
        pollSeconds: options.platform?.tickSeconds && 1,
      });
      const client = await signIn(platform, email, password);
      const workflow = await saveWorkflow(client);
      const { collection_id, weeks } = await startCollection(client, {
        workflow: workflow.workflow_id,
        weeks: options.weeks,
      });
      return await work({
        platform,
        simulator,
        client,
        collectionId: collection_id,
        weeks,
      });
    });
  } finally {
    await simulator.stop();
  }
}
