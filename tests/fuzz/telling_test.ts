import assert from "node:assert/strict";
import { ALWAYS } from "./support/answers.ts";
import type { Case } from "./support/cases.ts";
import { withWorld } from "./support/prepare.ts";
import { playAndCheck } from "./support/run.ts";

/** Amazon gives no token as long as the fault lasts. */
const NO_TOKEN: Case = {
  faults: [{
    kind: "answer",
    endpoint: "token",
    status: 503,
    type: "text/plain",
    body: "plain",
    words: "Out of order",
    retryAfter: null,
    handled: false,
    times: ALWAYS,
  }],
};

/** What is switched off in the database, and what the fuzz says then. */
const OFF: [string, RegExp][] = [
  [
    `create or replace function amc_history.tell_stoppage(stoppage public.stoppages) returns void
      language sql as 'select'`,
    /what lasts is told, and told once[^]*told by 0 alerts: instance/,
  ],
  [
    "alter table public.stoppages disable trigger resolve_alert_of_ended_stoppage",
    /what lasts is told, and told once[^]*told of what is over[^]*held_up/,
  ],
  [
    `create or replace function amc_history.end_stoppage(kind text, subject text) returns boolean
      language sql as 'select false'`,
    /nothing stays that a success should have ended[^]*instance amcfuzz1/,
  ],
];

Deno.test({
  name:
    "the fuzz sees what is not told, told though it is over, and held up for ever",
  // The timer of a load's time limit outlives the load.
  sanitizeOps: false,
  fn: () =>
    withWorld(async (prepared) => {
      await playAndCheck(prepared, NO_TOKEN, 1, []);
      const { world } = prepared;
      const begin = world.begin.bind(world);
      for (const [off, said] of OFF) {
        // Undone with the case.
        world.begin = async (seed) => {
          await begin(seed);
          await world.sql.unsafe(
            `set local role postgres; ${off}; set local role service_role`,
          );
        };
        await assert.rejects(playAndCheck(prepared, NO_TOKEN, 1, []), said);
      }
    }),
});
