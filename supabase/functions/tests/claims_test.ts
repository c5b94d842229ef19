import assert from "node:assert/strict";
import {
  readClaimedListing,
  readDialect,
  readRecordedListing,
  readSize,
  readWorkflow,
} from "../_shared/collector/claims.ts";
import type { Json } from "../_shared/database/database.types.ts";
import type { ClaimedListing, ClaimedLoad } from "../_shared/database/rpc.ts";

const WINDOW = {
  workflow_id: "weekly-0123",
  time_window_start: "2024-01-01T00:00:00",
  time_window_end: "2024-01-08T00:00:00",
  time_zone: "UTC",
};
const ATTEMPT: { [key: string]: Json } = {
  ...WINDOW,
  attempt_id: "a",
  week_id: "w",
  collection_id: "c",
  state: "unknown",
  execution_id: null,
  confirmed_execution_id: null,
  fingerprint: 21_601,
  intended_at: "2024-01-22T00:00:00+00:00",
  matcher_proved: false,
  window_proved: false,
  held_up: false,
};
const WEEK: { [key: string]: Json } = {
  ...WINDOW,
  week_id: "w",
  collection_id: "c",
  intended_at: "2024-01-22T00:00:00+00:00",
};

function listing(attempts: Json, surveys: Json = []): ClaimedListing {
  return {
    instance_id: "amcr1aaaa1a",
    entity_id: "ENTITY1",
    marketplace_id: "ATVPDKIKX0DER",
    region: "NA",
    credential_name: "amc",
    fence: 1,
    began_at: "2024-01-22T00:00:00+00:00",
    list_from: "2024-01-21T23:00:00+00:00",
    attempts,
    surveys,
  };
}

Deno.test("a claimed listing's attempts and weeks are read, and other keys are left out", () => {
  const newer = { ...ATTEMPT, added_later: { any: [1] } };
  assert.deepEqual(
    readClaimedListing(listing([ATTEMPT, newer], [WEEK])),
    { attempts: [ATTEMPT, ATTEMPT], weeks: [WEEK] },
  );
  const bare = { ...ATTEMPT, fingerprint: null, execution_id: null };
  assert.deepEqual(readClaimedListing(listing([bare])).attempts, [bare]);
});

/** What the database must not return, and what the error names. */
const WRONG: [string, Json, RegExp][] = [
  ["no list", { ...ATTEMPT }, /claim_listing\.attempts/],
  ["a list of texts", ["a"], /JSON object/],
  ["another state", [{ ...ATTEMPT, state: "ended" }], /state: expected one of/],
  ["a fingerprint as text", [{ ...ATTEMPT, fingerprint: "1" }], /fingerprint/],
  ["no window", [{ ...ATTEMPT, time_window_end: null }], /time_window_end/],
  ["a proof as text", [{ ...ATTEMPT, matcher_proved: "t" }], /matcher_proved/],
];

for (const [what, attempts, message] of WRONG) {
  Deno.test(`a claimed listing with ${what} is refused, and the error names what is wrong`, () => {
    assert.throws(
      () => readClaimedListing(listing(attempts)),
      { name: "TypeError", message },
    );
  });
}

for (const key of Object.keys(ATTEMPT)) {
  Deno.test(`a claimed listing whose attempt lacks ${key} is refused`, () => {
    const { [key]: _, ...rest } = ATTEMPT;
    assert.throws(() => readClaimedListing(listing([rest])), new RegExp(key));
  });
}

Deno.test("a recorded listing tells its outcome and the ids that are known", () => {
  const recorded = { outcome: "recorded", known_execution_ids: ["e1", "e2"] };
  assert.deepEqual(readRecordedListing(recorded), recorded);
  for (
    const wrong of [
      null,
      { outcome: "done", known_execution_ids: [] },
      { outcome: "stale" },
      { outcome: "recorded", known_execution_ids: [1] },
    ]
  ) assert.throws(() => readRecordedListing(wrong), TypeError);
});

Deno.test("a workflow is read in the form that AMC takes", () => {
  const definition = {
    sql_query: "select 1",
    parameters: [{ name: "brand" }],
    output_format: { separatorCharacter: "," },
  };
  assert.deepEqual(
    readWorkflow({
      workflow_id: "weekly-0123",
      workflow_definition: definition,
    }),
    {
      workflowId: "weekly-0123",
      sqlQuery: "select 1",
      inputParameters: [{ name: "brand" }],
      outputFormat: { separatorCharacter: "," },
    },
  );
  assert.throws(
    () =>
      readWorkflow({
        workflow_id: "weekly-0123",
        workflow_definition: { ...definition, sql_query: "" },
      }),
    /sql_query/,
  );
});

Deno.test("a claimed load's dialect is three single characters", () => {
  const claim = (output_format: Json) => ({ output_format }) as ClaimedLoad;
  const format = {
    separatorCharacter: "|",
    quoteCharacter: "'",
    escapeCharacter: "\\",
  };
  assert.deepEqual(readDialect(claim(format)), {
    separator: "|",
    quote: "'",
    escape: "\\",
  });
  for (const quoteCharacter of ["", "''", null]) {
    assert.throws(
      () => readDialect(claim({ ...format, quoteCharacter })),
      /quoteCharacter/,
    );
  }
});

Deno.test("a summary tells rows and bytes alone, where it has them", () => {
  assert.deepEqual(readSize({ rows: 3, bytes: 40, files: 1 }), {
    rows: 3,
    bytes: 40,
  });
  assert.deepEqual(readSize({}), {});
});
