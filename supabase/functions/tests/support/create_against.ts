// Helpers for the tests of what an answer to a create means.
import assert from "node:assert/strict";
import type { CreateOutcome } from "../../_shared/amc/create_outcome.ts";
import { clientOf, REQUEST, serve, SOON } from "./amc.ts";

/** The header by which AMC names an answer. */
export const REQUEST_ID = { "x-amz-request-id": "rid-1" };

/** Answers every request alike; gives the verdict after exactly one request. */
export async function createAgainst(
  answer: () => Response,
): Promise<CreateOutcome> {
  await using server = serve(answer);
  const { client, waits } = clientOf(server);
  const outcome = await client.createExecution(REQUEST, SOON);
  assert.equal(server.asked.length, 1, "one POST and nothing else");
  assert.deepEqual(waits, []);
  return outcome;
}
