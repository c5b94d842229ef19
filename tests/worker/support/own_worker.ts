import type { AmcClient } from "../../../supabase/functions/_shared/amc/mod.ts";
import { createAmcClients } from "../../../supabase/functions/_shared/collector/amc_clients.ts";
import type { Collector } from "../../../supabase/functions/_shared/collector/collector.ts";
import type { InstanceRow } from "../../../supabase/functions/_shared/collector/instance.ts";
import {
  runTick,
  type TickReport,
} from "../../../supabase/functions/_shared/collector/tick.ts";
import { openSql } from "../../../supabase/functions/_shared/database/sql.ts";
import { createRpc } from "../../../supabase/functions/_shared/database/rpc.ts";
import { createLog } from "../../../supabase/functions/_shared/log.ts";
import { type Harness, type LogLine, serviceClient } from "./harness.ts";

/** A worker in this process, whose parts a test may replace. */
export interface OwnWorker extends AsyncDisposable {
  collector: Collector;
  /** What it has logged so far. */
  lines: LogLine[];
  tick(): Promise<TickReport>;
}

/** Options of {@link openWorker}. */
export interface OwnWorkerOptions {
  /** Replaces parts of the collector. */
  parts?: Partial<Collector>;
  /** Changes the client of each instance. */
  client?: (client: AmcClient, instance: InstanceRow) => AmcClient;
}

/** Opens a worker made of the same parts as the edge function collect. */
export function openWorker(
  harness: Pick<Harness, "platform" | "simulator">,
  options: OwnWorkerOptions = {},
): OwnWorker {
  const { platform, simulator } = harness;
  const lines: LogLine[] = [];
  const log = createLog((line) => void lines.push(JSON.parse(line)));
  const sql = openSql(platform.databaseUrl);
  const clients = createAmcClients(sql, {
    apiUrl: simulator.url,
    tokenUrl: simulator.tokenUrl,
    resultHosts: [simulator.resultHost],
  }, log);
  const collector: Collector = {
    rpc: createRpc(serviceClient(platform)),
    sql,
    clients: {
      ...clients,
      of: async (instance) => {
        const client = await clients.of(instance);
        return options.client?.(client, instance) ?? client;
      },
    },
    log,
    now: () => performance.now(),
    checkpoint: () => Promise.resolve(),
    ...options.parts,
  };
  return {
    collector,
    lines,
    tick: () => runTick(collector),
    [Symbol.asyncDispose]: () => sql.end(),
  };
}
