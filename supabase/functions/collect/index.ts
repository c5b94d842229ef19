/**
 * The worker. A wake-up by the schedule is answered at once; then the worker does one tick. A wake-up during a tick makes it do
 * another one afterwards. It claims everything in the database before it works on it, so any number of workers may run.
 */
import { createAmcClients } from "../_shared/collector/amc_clients.ts";
import type { Collector } from "../_shared/collector/collector.ts";
import { createCheckpoint } from "../_shared/collector/failpoints.ts";
import {
  budgetOf,
  DEFAULT_BUDGET,
  recordTick,
  runTick,
} from "../_shared/collector/tick.ts";
import { openAdminApi } from "../_shared/database/api.ts";
import { openSql } from "../_shared/database/sql.ts";
import { readTlsSettings } from "../_shared/database/tls.ts";
import type { LoadBudget } from "../_shared/results/load_budget.ts";
import { readLimits } from "../_shared/results/load_limits.ts";
import { createRpc } from "../_shared/database/rpc.ts";
import { withCors } from "../_shared/http/cors.ts";
import { requirePost } from "../_shared/http/request_error.ts";
import { requireSecretKey } from "../_shared/http/secret_key.ts";
import { withErrorResponses } from "../_shared/http/with_error_responses.ts";
import { createLog, logFailure } from "../_shared/log.ts";

declare const EdgeRuntime: { waitUntil(work: Promise<unknown>): void };

const log = createLog();
let collector: Collector | null = null;
let working = false;
let wokenAgain = false;

/** The hosts that a variable lists, separated by commas. */
function hostsIn(variable: string): string[] | undefined {
  return Deno.env.get(variable)?.split(",").map((host) => host.trim())
    .filter(Boolean);
}

function openCollector(): Collector {
  const sql = openSql(
    Deno.env.get("SUPABASE_DB_URL") ?? "",
    readTlsSettings((variable) => Deno.env.get(variable)),
  );
  const addresses = {
    apiUrl: Deno.env.get("AMC_API_URL") || undefined,
    tokenUrl: Deno.env.get("AMC_TOKEN_URL") || undefined,
    resultHosts: hostsIn("AMC_RESULT_HOSTS"),
  };
  return {
    rpc: createRpc(openAdminApi()),
    sql,
    clients: createAmcClients(sql, addresses, log),
    log,
    webhooks: { hosts: hostsIn("AMC_HISTORY_WEBHOOK_HOSTS") },
    limits: readLimits((variable) => Deno.env.get(variable)),
    now: () => performance.now(),
    checkpoint: createCheckpoint(Deno.env.get("AMC_HISTORY_FAILPOINTS")),
  };
}

/** Ticks, and again if it was woken meanwhile; all within the time of one tick. */
async function work(): Promise<void> {
  working = true;
  const end = performance.now() + DEFAULT_BUDGET.milliseconds;
  let loading: LoadBudget | undefined;
  try {
    do {
      wokenAgain = false;
      collector ??= openCollector();
      loading ??= budgetOf(collector, end);
      const report = await runTick(collector, {
        ...DEFAULT_BUDGET,
        milliseconds: end - performance.now(),
        loading,
      });
      log("info", "tick_ended", { ...report });
      await recordTick(collector, report);
    } while (wokenAgain && performance.now() < end);
  } catch (error) {
    logFailure(log, "tick_failed", error);
  } finally {
    working = false;
  }
}

async function wake(request: Request): Promise<Response> {
  // Only the key named cron: the schedule's, which is kept in Vault and nowhere else.
  await requireSecretKey(request, "cron");
  requirePost(request);
  const busy = working;
  if (busy) wokenAgain = true;
  else EdgeRuntime.waitUntil(work());
  return Response.json({ accepted: true, busy }, { status: 202 });
}

export default {
  fetch: withCors(withErrorResponses(log, "wake_up_failed", wake)),
};
