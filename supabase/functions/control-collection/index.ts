/**
 * What analysts and admins may do to a collection: pause, resume, cancel, archive, rename, retry weeks, restate a week,
 * resolve a create whose response was lost, resolve an alert. Each is idempotent and says what it did. The same functions
 * can be called as RPCs; this one answers with codes and statuses that a front end can show.
 */
import { openUserApi } from "../_shared/database/api.ts";
import { createRpc } from "../_shared/database/rpc.ts";
import { readJson } from "../_shared/http/body.ts";
import { RequestError, requirePost } from "../_shared/http/request_error.ts";
import { withUser } from "../_shared/http/with_user.ts";
import { createLog } from "../_shared/log.ts";
import { carryOut } from "./actions.ts";

const log = createLog();

async function control(request: Request, token: string): Promise<Response> {
  requirePost(request);
  const body = await readJson(request);
  // As the user: the database decides whose collection it is.
  const report = await carryOut(createRpc(openUserApi(token)), body);
  log("info", "collection_controlled", { ...Object(body), ...report });
  if (report.outcome === "rejected") {
    throw new RequestError(
      409,
      report.reason?.split(" ")[0] ?? "rejected",
      `The state of the collection does not allow this: ${report.reason}.`,
    );
  }
  return Response.json(report);
}

export default {
  fetch: withUser(
    log,
    "control_collection_failed",
    (request, { token }) => control(request, token),
  ),
};
