/** Reads the JSON that the database returns with its claims. */
import type { WorkflowDefinition } from "../amc/mod.ts";
import type { Json } from "../database/database.types.ts";
import type { ClaimedListing, ClaimedLoad } from "../database/rpc.ts";
import {
  anything,
  type Fields,
  jsonObject,
  listOf,
  nullable,
  type ObjectOf,
  oneOf,
  optional,
  readFields,
  text,
  truth,
  wholeNumber,
} from "../json_fields.ts";
import type { Dialect } from "../results/dialect.ts";

/** What attempts and weeks have in common: what AMC is asked to run. */
const WINDOW = {
  /** AMC's id of the workflow. */
  workflow_id: text("AMC's id of a workflow"),
  /** Local times `yyyy-MM-ddTHH:mm:ss` in `time_zone`, the end exclusive. */
  time_window_start: text("a local time"),
  time_window_end: text("a local time"),
  /** A name of the tz database. */
  time_zone: text("a time zone"),
};

const FOLLOWED_ATTEMPT = {
  ...WINDOW,
  attempt_id: text("an attempt's id"),
  week_id: text("a week's id"),
  collection_id: text("a collection's id"),
  /** unknown: its create got no response; created: its execution is under way; abandoned: given up, but its execution may still appear; let_go: its execution was given up, and may still end. */
  state: oneOf("unknown", "created", "abandoned", "let_go"),
  /** AMC's id of its execution, once that is known. */
  execution_id: nullable(text("AMC's id of an execution")),
  /** The id that a person named for it. */
  confirmed_execution_id: nullable(text("AMC's id of an execution")),
  /** The timeout in seconds that was sent with its create, by which AMC's list shows it. */
  fingerprint: nullable(wholeNumber("seconds")),
  /** When it was recorded, before its create was sent; ISO 8601. */
  intended_at: text("an instant"),
  /** Whether a response of AMC proved that the instance echoes fingerprints. */
  matcher_proved: truth("true or false"),
  /** Whether one proved that it echoes at least workflow, window and zone. */
  window_proved: truth("true or false"),
  /** Whether its execution, or the one that a person named, is not to be asked for now: AMC answered with an error. */
  held_up: truth("true or false"),
};

const SURVEYED_WEEK = {
  ...WINDOW,
  week_id: text("a week's id"),
  collection_id: text("a collection's id"),
  /** From when on AMC may have run it unknown to the database; ISO 8601. */
  intended_at: text("an instant"),
};

/** An attempt that a listing follows. */
export type FollowedAttempt = ObjectOf<typeof FOLLOWED_ATTEMPT>;

/** A week for which nothing was created yet. */
export type SurveyedWeek = ObjectOf<typeof SURVEYED_WEEK>;

/**
 * The attempts that a listing follows and the weeks that it surveys, as claim_listing returns them.
 *
 * @throws TypeError when the database returned another form
 */
export function readClaimedListing(
  { attempts, surveys }: ClaimedListing,
): { attempts: FollowedAttempt[]; weeks: SurveyedWeek[] } {
  return {
    attempts: readAll("claim_listing.attempts", attempts, FOLLOWED_ATTEMPT),
    weeks: readAll("claim_listing.surveys", surveys, SURVEYED_WEEK),
  };
}

const RECORDED_LISTING = {
  /** stale: another worker has claimed the instance's listing since. */
  outcome: oneOf("recorded", "stale"),
  /** AMC's ids of the listed executions that belong to an attempt already. */
  known_execution_ids: listOf(text("AMC's id of an execution")),
};

/**
 * What record_listing returns.
 *
 * @throws TypeError when the database returned another form
 */
export function readRecordedListing(
  answer: Json,
): ObjectOf<typeof RECORDED_LISTING> {
  return read("record_listing", answer, RECORDED_LISTING);
}

const WORKFLOW_DEFINITION = {
  sql_query: text("a query"),
  /** AMC's inputParameters. */
  parameters: listOf(anything("parameters")),
  /** AMC's outputFormat. */
  output_format: jsonObject("an output format"),
};

/**
 * A workflow as workflow_definition or the claim of a check returns it, in the form that AMC takes.
 *
 * @throws TypeError when the database returned another form
 */
export function readWorkflow(
  week: { workflow_id: string; workflow_definition: Json },
): WorkflowDefinition {
  const definition = read(
    "workflow_definition",
    week.workflow_definition,
    WORKFLOW_DEFINITION,
  );
  return {
    workflowId: week.workflow_id,
    sqlQuery: definition.sql_query,
    inputParameters: definition.parameters,
    outputFormat: definition.output_format,
  };
}

const OUTPUT_FORMAT = {
  separatorCharacter: text("a character", 1),
  quoteCharacter: text("a character", 1),
  escapeCharacter: text("a character", 1),
};

/**
 * How the cells of a claimed result are quoted and separated, as claim_loads returns it.
 *
 * @throws TypeError when the database returned another form
 */
export function readDialect({ output_format }: ClaimedLoad): Dialect {
  const format = read(
    "claim_loads.output_format",
    output_format,
    OUTPUT_FORMAT,
  );
  return {
    separator: format.separatorCharacter,
    quote: format.quoteCharacter,
    escape: format.escapeCharacter,
  };
}

const SUMMARY = {
  rows: optional(wholeNumber("a number of rows")),
  bytes: optional(wholeNumber("a number of bytes")),
};

/**
 * How much was loaded, as a load's summary says.
 *
 * @throws TypeError when the database returned another form
 */
export function readSize(summary: Json): ObjectOf<typeof SUMMARY> {
  return read("finish_load", summary, SUMMARY);
}

function readAll<F extends Fields>(
  what: string,
  value: Json,
  fields: F,
): ObjectOf<F>[] {
  if (!Array.isArray(value)) {
    throw new TypeError(`Expected ${what} to be a list, got ${typeof value}.`);
  }
  return value.map((item) => read(what, item, fields));
}

/** Other keys are ignored: a newer database may return more. */
function read<F extends Fields>(
  what: string,
  value: Json,
  fields: F,
): ObjectOf<F> {
  const found = readFields(value, fields, "ignored");
  if ("object" in found) return found.object;
  throw new TypeError(
    `The database returned ${what} in another form: ${
      found.problems.join("; ")
    }.`,
  );
}
