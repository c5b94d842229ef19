// Each step of the worker's that calls AMC, with what the database hands it.
import type { AmcClient } from "../../_shared/amc/mod.ts";
import { cancel } from "../../_shared/collector/cancel.ts";
import type { Collector } from "../../_shared/collector/collector.ts";
import { list } from "../../_shared/collector/listing.ts";
import { load } from "../../_shared/collector/load.ts";
import { submit } from "../../_shared/collector/submit.ts";

const INSTANCE = {
  instance_id: "amcr1aaaa1a",
  entity_id: "ENTITY1",
  marketplace_id: "ATVPDKIKX0DER",
  region: "NA",
  credential_name: "amc",
};
const WINDOW = {
  workflow_id: "weekly-0123",
  time_window_start: "2024-01-01T00:00:00",
  time_window_end: "2024-01-08T00:00:00",
  time_zone: "UTC",
  parameter_values: {},
};
const IDS = { collection_id: "c", week_id: "w", attempt_id: "a" };
const FORMAT = {
  separatorCharacter: ",",
  quoteCharacter: '"',
  escapeCharacter: '"',
};

const listingOf = (attempt: object) => ({
  claim_listing: [{
    ...INSTANCE,
    fence: 1,
    began_at: "2024-01-22T00:00:00+00:00",
    list_from: "2024-01-21T23:00:00+00:00",
    surveys: [],
    attempts: [{
      ...WINDOW,
      ...IDS,
      execution_id: null,
      confirmed_execution_id: null,
      fingerprint: 21_601,
      intended_at: "2024-01-22T00:00:00+00:00",
      matcher_proved: true,
      window_proved: true,
      held_up: false,
      ...attempt,
    }],
  }],
});
const loads = {
  claim_loads: [{
    ...INSTANCE,
    ...IDS,
    execution_id: "e",
    fence: 1,
    output_format: FORMAT,
    summary: null,
  }],
};

/** Where the worker calls AMC: the step, the method, and what the database hands out. */
export interface AmcCall {
  what: string;
  step: (collector: Collector) => Promise<unknown>;
  method: keyof AmcClient;
  claims: object;
  /** Whether the database has no output columns yet. */
  columns?: boolean;
}

/** Every call of the worker's to AMC. */
export const CALLS: AmcCall[] = [
  {
    what: "the list",
    step: list,
    method: "listExecutions",
    claims: listingOf({ state: "unknown" }),
  },
  {
    what: "an execution that the list did not show",
    step: list,
    method: "getExecution",
    claims: listingOf({ state: "created", execution_id: "e" }),
  },
  {
    what: "an execution that a person named",
    step: list,
    method: "getExecution",
    claims: listingOf({ state: "unknown", confirmed_execution_id: "e" }),
  },
  {
    what: "a cancel",
    step: cancel,
    method: "cancelExecution",
    claims: {
      claim_cancellations: [{ ...INSTANCE, ...IDS, execution_id: "e" }],
    },
  },
  {
    what: "the save of a workflow",
    step: submit,
    method: "ensureWorkflow",
    claims: {
      claim_due_weeks: [{
        ...INSTANCE,
        ...WINDOW,
        ...IDS,
        fingerprint: 21_601,
        post_within_seconds: 60,
        workflow_saved: false,
      }],
      workflow_definition: {
        sql_query: "select 1",
        parameters: [],
        output_format: FORMAT,
      },
    },
  },
  {
    what: "output columns",
    step: load,
    method: "getExecution",
    claims: loads,
    columns: true,
  },
  {
    what: "the links of a result",
    step: load,
    method: "downloadUrls",
    claims: loads,
  },
];
