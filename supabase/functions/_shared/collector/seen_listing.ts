import type { AmcClient } from "../amc/mod.ts";
import type { ClaimedListing } from "../database/rpc.ts";
import type { Parameters } from "./parameters.ts";

/** A listing that was read and recorded: what attempts are settled and weeks surveyed by. */
export interface SeenListing {
  claim: ClaimedListing;
  /** Nothing is concluded from one that is not complete. */
  listing: Pick<
    Awaited<ReturnType<AmcClient["listExecutions"]>>,
    "executions" | "skipped" | "complete"
  >;
  /** AMC's ids of executions that belong to an attempt; those that are adopted are added. */
  known: Set<string>;
  parameters: Parameters;
}
