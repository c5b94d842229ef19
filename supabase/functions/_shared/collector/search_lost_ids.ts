import type { AmcClient } from "../amc/mod.ts";
import type { ClaimedIdBackfill } from "../database/rpc.ts";
import type { Json } from "../database/database.types.ts";
import type { Collector } from "./collector.ts";
import { instanceClient } from "./instance_client.ts";
import { isInstanceWide } from "./pause_instance.ts";
import { setAside } from "./set_aside.ts";

/** As many as AMC puts on a page (SPEC; H). */
const PAGE = 100;
/** How far a list is read on behind an entry that is too large to be read. */
const STRETCH_MS = 3_600_000;

/** What record_id_backfill_page is told of a page. */
interface ReadPage {
  entries: Json;
  next_token?: string;
  ended?: boolean;
  read_to?: string;
  unread?: number;
}

/**
 * Takes the turns of searches for lost execution ids: reads a few pages of AMC's list each, and has the weeks decided that are read
 * past. Where each is stands in the database after every page.
 *
 * @param end when no further page may begin: milliseconds on the collector's clock
 * @returns how many pages were read
 */
export async function searchLostIds(
  collector: Collector,
  end: number,
): Promise<number> {
  let read = 0;
  while (collector.now() < end) {
    const [claim] = await collector.rpc("claim_id_backfill", {});
    if (claim === undefined) break;
    try {
      read += await takeTurn(collector, claim, end);
    } catch (error) {
      if (isInstanceWide(error)) continue;
      const { instance_id, backfill_id } = claim;
      await setAside(
        collector,
        "id_backfill",
        backfill_id,
        { instance_id },
        error,
      );
    }
  }
  return read;
}

async function takeTurn(
  collector: Collector,
  claim: ClaimedIdBackfill,
  end: number,
): Promise<number> {
  const { backfill_id, fence, instance_id } = claim;
  let answer = claim.list_ended ? "list_ended" : "recorded";
  // Null for the first page, whatever the generated type says.
  let token: string | null = claim.next_token ?? null;
  let pages = 0;
  if (answer === "recorded") {
    const client = await instanceClient(collector, claim);
    while (
      answer === "recorded" && pages < claim.pages && collector.now() < end
    ) {
      const page = await readPage(client, claim, token);
      pages++;
      await collector.checkpoint("after_search_page");
      answer = await collector.rpc("record_id_backfill_page", {
        backfill_id,
        fence,
        ...page,
      });
      token = page.next_token ?? null;
      // Where it goes on without a token, the next turn is told.
      if (token === null) break;
    }
  }
  while (answer === "list_ended" && collector.now() < end) {
    answer = await collector.rpc("decide_id_backfill", { backfill_id, fence });
  }
  collector.log("info", "lost_ids_searched", {
    instance_id,
    backfill_id,
    pages,
    outcome: answer,
  });
  return pages;
}

/** Reads a page, a smaller one where it is too large. */
async function readPage(
  client: AmcClient,
  { list_from, list_until }: ClaimedIdBackfill,
  nextToken: string | null,
): Promise<ReadPage> {
  for (let limit = PAGE; limit >= 1; limit = Math.floor(limit / 2)) {
    const page = await client.listPage({
      minCreationTime: list_from,
      // Rounded up: an entry of the same second belongs to it.
      maxCreationTime: new Date(Math.ceil(Date.parse(list_until) / 1000) * 1000)
        .toISOString(),
      nextToken,
      limit,
    });
    if (page.kind === "token_refused") return { entries: [] };
    if (page.kind === "too_large") continue;
    return {
      entries: page.executions.map((execution) => ({ ...execution })),
      ...(page.nextToken === null
        ? { ended: true }
        : { next_token: page.nextToken }),
    };
  }
  // With or without a token, the first entry cannot be read: what is behind it can.
  const read_to = new Date(Date.parse(list_until) - STRETCH_MS).toISOString();
  return { entries: [], read_to, unread: 1 };
}
