import type { SupabaseClient } from "@supabase/supabase-js";
import type { Database } from "../../supabase/functions/_shared/database/database.types.ts";
import type { BackfillArguments } from "./arguments.ts";
import {
  type SearchedWeek,
  searchLine,
  type SearchState,
  searchTable,
} from "./report.ts";

type Client = SupabaseClient<Database>;

/** Where a search is shown, and what passes the time between two looks. */
export interface Shown {
  /** Shows where the search is, in place of what was shown before. */
  progress(line: string): void;
  /** Says something that stays. */
  say(text: string): void;
  pause(): Promise<void>;
}

/** As many rows as the API answers at once. */
const ROWS = 1000;
/** Ids that fit into an address. */
const IDS = 100;

/**
 * Has lost ids searched, follows the search to its end, and shows what came of it.
 *
 * @returns the exit status: 0 once the search has ended, or where there is nothing to search; 1 if another search goes on
 * @throws an error of the API, with its words
 */
export async function search(
  client: Client,
  { scope, since, dryRun }: BackfillArguments,
  shown: Shown,
): Promise<number> {
  const { data: report } = await client.rpc("backfill_execution_ids", {
    ...scope,
    since,
    dry_run: dryRun,
  }).throwOnError();
  const { outcome, reason, weeks, backfill_id } = report;
  const older = report.weeks_too_old === 0
    ? ""
    : ` ${report.weeks_too_old} more begin earlier than is searched (--since).`;
  if (outcome === "planned" || weeks === 0) {
    shown.say(
      weeks === 0
        ? `No week that is searched lacks an execution id.${older}`
        : `${weeks} weeks without an execution id: AMC's list is read back to ${
          report.list_from?.slice(0, 10)
        }, by ${report.calls_at_least} calls or more, ${report.calls_at_most} at most.${older}`,
    );
    return 0;
  }
  if (outcome === "rejected" || backfill_id === null) {
    shown.say(
      `Another search of this instance goes on (${reason}): call it again once it has ended.`,
    );
    return 1;
  }
  for (;;) {
    const state = await stateOf(client, backfill_id);
    shown.progress(searchLine(state));
    if (state.ended_at !== null) {
      shown.say(searchTable(state, await weeksOf(client, backfill_id)));
      return 0;
    }
    await shown.pause();
  }
}

async function stateOf(client: Client, id: string): Promise<SearchState> {
  const { data } = await client.from("id_backfill_states").select()
    .eq("backfill_id", id).single().throwOnError();
  return data as SearchState;
}

async function weeksOf(client: Client, id: string): Promise<SearchedWeek[]> {
  const weeks: Omit<SearchedWeek, "week_start_date" | "candidates">[] = [];
  for (let from = 0; from === weeks.length; from += ROWS) {
    const { data } = await client.from("id_backfill_weeks")
      .select("week_id,outcome,reason").eq("backfill_id", id)
      .eq("is_wanted", true).order("begins_at").order("week_id")
      .range(from, from + ROWS - 1).throwOnError();
    weeks.push(...data);
  }
  const open = weeks.filter(({ outcome }) =>
    outcome === "ambiguous" || outcome === "not_provable"
  ).slice(0, IDS).map(({ week_id }) => week_id);
  const { data: dated } = await client.from("report_data_weeks")
    .select("id,week_start_date").in("id", open).throwOnError();
  const { data: found } = await client.from("id_backfill_candidates")
    .select("week_id,execution_id,reason").eq("backfill_id", id)
    .in("week_id", open).order("execution_id").throwOnError();
  const days = new Map(dated.map((week) => [week.id, week.week_start_date]));
  return weeks.map((week) => ({
    ...week,
    week_start_date: days.get(week.week_id) ?? "",
    candidates: found.filter(({ week_id }) => week_id === week.week_id)
      .map(({ execution_id, reason }) => `${execution_id}  ${reason}`),
  }));
}
