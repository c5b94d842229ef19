import {
  type AmcClient,
  AmcError,
  CredentialError,
  LinkExpiredError,
  ThrottledError,
  UnauthorizedError,
  UnavailableError,
} from "../amc/mod.ts";
import { CsvError } from "../database/csv_header.ts";
import type { Json } from "../database/database.types.ts";
import { sqlStateOf } from "../database/errors.ts";
import {
  isStaleLoad,
  loadResult,
  type ResultFile,
} from "../database/loader.ts";
import type { ClaimedLoad } from "../database/rpc.ts";
import { decompressed } from "../database/gzip.ts";
import type { Collector } from "./collector.ts";
import { forEachOf } from "./for_each_of.ts";
import { holdBack } from "./hold_back.ts";

const MOST_LOADS = 2;
/** As long as a load may take, and a little more. */
const LEASE_SECONDS = 150;
const LONGEST_LOAD_MS = 120_000;

/**
 * Loads results of executions that succeeded, and completes their weeks.
 *
 * @returns how many were taken
 */
export async function load(collector: Collector): Promise<number> {
  const claims = await collector.rpc("claim_loads", {
    max_loads: MOST_LOADS,
    lease_seconds: LEASE_SECONDS,
  });
  await forEachOf(claims, MOST_LOADS, collector.log, async (claim) => {
    try {
      const summary = claim.summary ?? await loadOne(collector, claim);
      await complete(collector, claim, summary);
    } catch (error) {
      await reportFailure(collector, claim, error);
    }
  });
  return claims.length;
}

async function loadOne(
  collector: Collector,
  claim: ClaimedLoad,
): Promise<Json> {
  const client = await collector.clients.of(claim);
  const ending = new AbortController();
  const signal = AbortSignal.any([
    AbortSignal.timeout(LONGEST_LOAD_MS),
    ending.signal,
  ]);
  const links = new Links(client, claim.execution_id, signal);
  const format = claim.output_format as Record<string, string>;
  let summary;
  try {
    summary = await loadResult(collector.direct, {
      attemptId: claim.attempt_id,
      fence: claim.fence,
      dialect: {
        separator: format.separatorCharacter,
        quote: format.quoteCharacter,
        escape: format.escapeCharacter,
      },
      files: await links.count(),
      open: (index) => links.open(index),
      reach: collector.reach,
    });
  } finally {
    // Whatever is still open is read no further.
    ending.abort();
  }
  collector.log("info", "result_loaded", {
    ...idsOf(claim),
    rows: (summary as { rows?: number }).rows,
    bytes: (summary as { bytes?: number }).bytes,
  });
  return summary as Json;
}

/** Links die after ten minutes (SPEC; H): they are asked for just before use, and once more if one has died meanwhile. */
class Links {
  #urls: string[] | null = null;

  constructor(
    private readonly client: AmcClient,
    private readonly executionId: string,
    private readonly signal: AbortSignal,
  ) {}

  async count(): Promise<number> {
    return (await this.#ask()).length;
  }

  async open(index: number): Promise<ResultFile> {
    const urls = await this.#ask();
    try {
      return await this.#fetch(urls[index]);
    } catch (error) {
      if (!(error instanceof LinkExpiredError)) throw error;
      this.#urls = null;
      const renewed = await this.#ask();
      if (renewed.length !== urls.length) {
        throw new UnavailableError(
          `Expected links to ${urls.length} files again, got ${renewed.length}.`,
        );
      }
      return await this.#fetch(renewed[index]);
    }
  }

  async #ask(): Promise<string[]> {
    this.#urls ??= (await this.client.downloadUrls(this.executionId, {
      signal: this.signal,
    })).urls;
    return this.#urls;
  }

  async #fetch(url: string): Promise<ResultFile> {
    const { body, length } = await this.client.openResult(url, {
      signal: this.signal,
    });
    return await decompressed(body, length);
  }
}

async function complete(
  collector: Collector,
  claim: ClaimedLoad,
  summary: Json,
): Promise<void> {
  await collector.reach("before_complete");
  const report = await collector.rpc("update_week_status", {
    collection_id: claim.collection_id,
    week_id: claim.week_id,
    status: "completed",
    data: summary,
    execution_id: claim.execution_id,
  });
  const good = ["applied", "already_applied", "stale"].includes(
    report.outcome ?? "",
  );
  collector.log(good ? "info" : "error", "week_completed", {
    ...idsOf(claim),
    outcome: report.outcome,
    reason: report.reason,
    status: report.status,
  });
}

async function reportFailure(
  collector: Collector,
  claim: ClaimedLoad,
  error: unknown,
): Promise<void> {
  if (isStaleLoad(error)) {
    collector.log("info", "load_taken_up_elsewhere", idsOf(claim));
    return;
  }
  const { code, permanent } = judge(error);
  const { message } = error as Error;
  if (isWaiting(error)) {
    // Waiting counts as no error: the load is taken up again when its lease ends.
    await holdBack(collector, claim, error);
    return;
  }
  const report = await collector.rpc("fail_load", {
    attempt_id: claim.attempt_id,
    fence: claim.fence,
    code,
    message,
    permanent,
  });
  collector.log("warn", "load_failed", {
    ...idsOf(claim),
    code,
    permanent,
    message,
    request_id: error instanceof AmcError ? error.requestId : null,
    outcome: report.outcome,
    status: report.status,
  });
}

/** A throttle and a credential or token that is refused say nothing of the result. */
function isWaiting(error: unknown): boolean {
  return error instanceof ThrottledError || error instanceof CredentialError ||
    error instanceof UnauthorizedError;
}

/** A file that is not right stays so; what the network or AMC did may pass. */
function judge(error: unknown): { code: string; permanent: boolean } {
  if (error instanceof CsvError) return { code: "bad_csv", permanent: true };
  if (sqlStateOf(error) === "AH002") {
    return { code: "header_changed", permanent: true };
  }
  return {
    code: error instanceof AmcError ? error.code : "load_failed",
    permanent: false,
  };
}

function idsOf(claim: ClaimedLoad) {
  const { collection_id, week_id, attempt_id, execution_id, instance_id } =
    claim;
  return { collection_id, week_id, attempt_id, execution_id, instance_id };
}
