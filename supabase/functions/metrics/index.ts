/**
 * The figures of tracking in the text of OpenMetrics, for Prometheus: with a token of its own
 * (amc_history.create_metrics_token), since a secret key of the project would open everything.
 */
import { openAdminApi } from "../_shared/database/api.ts";
import { createRpc } from "../_shared/database/rpc.ts";
import { withCors } from "../_shared/http/cors.ts";
import { RequestError, requireGet } from "../_shared/http/request_error.ts";
import { withErrorResponses } from "../_shared/http/with_error_responses.ts";
import { createLog } from "../_shared/log.ts";
import { familiesOf, type MetricsReport } from "./families.ts";
import { CONTENT_TYPE, formatMetrics } from "./open_metrics.ts";

const log = createLog();

/** The SHA-256 of a text, in hexadecimal digits: the database keeps no more of a token, and finds it by that. */
async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest(
    "SHA-256",
    new TextEncoder().encode(text),
  );
  return Array.from(
    new Uint8Array(digest),
    (byte) => byte.toString(16).padStart(2, "0"),
  ).join("");
}

function unauthorized(got: string): RequestError {
  return new RequestError(
    401,
    "unauthorized",
    `Expected a token for metrics as Authorization: Bearer, got ${got}.`,
    "Make one at a database prompt: select amc_history.create_metrics_token('prometheus').",
  );
}

async function serve(request: Request): Promise<Response> {
  requireGet(request);
  const token = /^Bearer (\S{1,200})$/.exec(
    request.headers.get("authorization") ?? "",
  )?.[1];
  if (token === undefined) throw unauthorized("none");
  const report = await createRpc(openAdminApi())("metrics_report", {
    token_hash: await hashOf(token),
  });
  if (report === null) throw unauthorized("another");
  const known: MetricsReport = Object(report);
  const text = formatMetrics(familiesOf(known));
  return new Response(text, {
    headers: { "Content-Type": CONTENT_TYPE, "Cache-Control": "no-store" },
  });
}

export default {
  fetch: withCors(withErrorResponses(log, "metrics_failed", serve)),
};
