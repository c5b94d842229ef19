import type { Log } from "../log.ts";
import { createAuthenticate, type User } from "./authentication.ts";
import { withCors } from "./cors.ts";
import { withErrorResponses } from "./with_error_responses.ts";

/**
 * Serves signed-in users: a request of anybody else gets 401 in the same form as every other error.
 *
 * @param event the log's name for a failure
 * @param handler answers a request of a user
 */
export function withUser(
  log: Log,
  event: string,
  handler: (request: Request, user: User) => Promise<Response>,
): (request: Request) => Promise<Response> {
  const authenticate = createAuthenticate();
  return withCors(
    withErrorResponses(
      log,
      event,
      async (request) => await handler(request, await authenticate(request)),
    ),
  );
}
