/**
 * Whether the whole moves, for uptime monitors: 200, or 503 with reasons. Anybody may ask, so a reason names nobody, and the
 * database is asked at most once a second.
 */
import { openAdminApi } from "../_shared/database/api.ts";
import { withCors } from "../_shared/http/cors.ts";
import { requireGet } from "../_shared/http/request_error.ts";
import { withErrorResponses } from "../_shared/http/with_error_responses.ts";
import { createLog, logFailure } from "../_shared/log.ts";

/** What the function answers. */
interface Health {
  status: "ok" | "unavailable";
  reasons: { code: string; words: string }[];
}

/** An uptime monitor gives up after some seconds more. */
const DATABASE_TIMEOUT_MS = 5_000;
const KEEP_MS = 1_000;

const NOT_REACHED: Health = {
  status: "unavailable",
  reasons: [{
    code: "database_not_reached",
    words:
      "The database does not answer: see whether the project is up, and whether its functions have its keys.",
  }],
};

const log = createLog();
let kept: { until: number; health: Promise<Health> } | null = null;

async function askDatabase(): Promise<Health> {
  try {
    const { data, error } = await openAdminApi().rpc("health_report")
      .abortSignal(AbortSignal.timeout(DATABASE_TIMEOUT_MS));
    const health: Health = Object(data);
    if (error === null && health.status) return health;
    logFailure(log, "health_not_known", error ?? new Error("No answer."));
  } catch (error) {
    logFailure(log, "health_not_known", error);
  }
  return NOT_REACHED;
}

async function serve(request: Request): Promise<Response> {
  requireGet(request);
  const now = performance.now();
  if (kept === null || kept.until <= now) {
    kept = { until: now + KEEP_MS, health: askDatabase() };
  }
  const health = await kept.health;
  return Response.json(health, {
    status: health.status === "ok" ? 200 : 503,
    headers: { "Cache-Control": "no-store" },
  });
}

export default {
  fetch: withCors(withErrorResponses(log, "health_failed", serve)),
};
