import assert from "node:assert/strict";
import type { AmcClient } from "../_shared/amc/mod.ts";
import {
  CredentialError,
  RefusedError,
  ThrottledError,
  TokenUnavailableError,
  UnauthorizedError,
} from "../_shared/amc/errors.ts";
import { cancel } from "../_shared/collector/cancel.ts";
import type { Collector } from "../_shared/collector/collector.ts";
import { list } from "../_shared/collector/listing.ts";
import { load } from "../_shared/collector/load.ts";
import { isInstanceWide } from "../_shared/collector/pause_instance.ts";
import { StoredCredentialError } from "../_shared/collector/stored_credentials.ts";
import { submit } from "../_shared/collector/submit.ts";
import type { Rpc } from "../_shared/database/rpc.ts";
import type { Sql } from "../_shared/database/sql.ts";

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
const CALLS: {
  what: string;
  step: (collector: Collector) => Promise<unknown>;
  method: keyof AmcClient;
  claims: object;
  /** Whether the database has no output columns yet. */
  columns?: boolean;
}[] = [
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

const refused = () =>
  new StoredCredentialError(
    new CredentialError("invalid_grant", "Sign in again"),
    3,
  );

/** What concerns every call, and how the database hears of it. */
const ERRORS: { what: string; make: () => Error; reports: Told[] }[] = [
  {
    what: "a throttle that says how long",
    make: () => new ThrottledError("Slow down", 7),
    reports: [["pause_instance", "throttled", 7]],
  },
  {
    what: "a throttle",
    make: () => new ThrottledError("Slow down", null),
    reports: [["pause_instance", "throttled", undefined]],
  },
  {
    what: "a refused token",
    make: () => new UnauthorizedError("Unauthorized"),
    reports: [["pause_instance", "unauthorized", undefined]],
  },
  {
    what: "a token endpoint out of order",
    make: () => new TokenUnavailableError("No answer"),
    reports: [["pause_instance", "token_unavailable", undefined]],
  },
  {
    what: "a token endpoint that says how long",
    make: () => new TokenUnavailableError("Busy", { retryAfterSeconds: 9 }),
    reports: [["pause_instance", "token_unavailable", 9]],
  },
  {
    what: "a refused credential",
    make: refused,
    reports: [["report_credential_failure", "invalid_grant", undefined]],
  },
];

type Told = [name: string, code: string, seconds: number | undefined];

/** Works on the claims with a client of which one method, or which itself, fails. */
async function meet(
  { step, method, claims, columns = false }: typeof CALLS[number],
  make: () => Error,
  withoutClient = false,
) {
  const told: Told[] = [];
  const calls: string[] = [];
  const failures: string[] = [];
  const answers: Record<string, unknown> = {
    record_listing: { outcome: "recorded", known_execution_ids: [] },
    ...claims,
  };
  const rpc = (name: string, args: Record<string, unknown>) => {
    calls.push(name);
    if (args.instance_id !== undefined && name === "pause_instance") {
      told.push([
        name,
        args.reason as string,
        args.retry_after_seconds as number | undefined,
      ]);
    }
    if (name === "report_credential_failure") {
      assert.equal(args.credential_version, 3);
      told.push([name, args.code as string, undefined]);
    }
    return Promise.resolve(answers[name] ?? { outcome: "applied" });
  };
  const working: Record<string, unknown> = {
    listExecutions: {
      executions: [],
      skipped: [],
      reasons: [],
      complete: true,
    },
    downloadUrls: {
      urls: ["https://results.test/e"],
      files: ["https://results.test/e"],
      metadataUrls: [],
    },
    ensureWorkflow: { created: true, requestId: null },
  };
  const client = Object.fromEntries(
    [
      "listExecutions",
      "getExecution",
      "cancelExecution",
      "ensureWorkflow",
      "downloadUrls",
      "openResult",
    ].map((
      name,
    ) => [
      name,
      () =>
        name === method
          ? Promise.reject(make())
          : Promise.resolve(working[name]),
    ]),
  ) as object as AmcClient;
  const query = (text: TemplateStringsArray) =>
    Promise.resolve(
      text.join("").includes("needs_output_columns") ? [{ columns }] : [],
    );
  const collector: Collector = {
    rpc: rpc as Rpc,
    sql: Object.assign(query, {
      begin: () => Promise.resolve(),
      end: () => Promise.resolve(),
    }) as object as Sql,
    clients: {
      of: () =>
        withoutClient ? Promise.reject(make()) : Promise.resolve(client),
      forget: () => {},
      tryCredential: () => Promise.resolve(),
    },
    log: (level, event) => void (level === "error" && failures.push(event)),
    now: () => 0,
    checkpoint: () => Promise.resolve(),
  };
  await step(collector);
  return { told, calls, failures };
}

for (const call of CALLS) {
  for (const { what, make, reports } of ERRORS) {
    Deno.test(`${what} at ${call.what} is the instance's: it pauses once, and nothing else is blamed`, async () => {
      const { told, calls, failures } = await meet(call, make);
      assert.deepEqual(told, reports);
      assert.deepEqual(failures, [], "no failed step");
      for (
        const blame of ["fail_load", "refute_confirmation", "settle_attempt"]
      ) assert.ok(!calls.includes(blame), `${blame} is not called`);
    });
  }

  Deno.test(`a credential that is missing at ${call.what} stops the instance once`, async () => {
    const { told, failures } = await meet(call, refused, true);
    assert.deepEqual(told, [
      ["report_credential_failure", "invalid_grant", undefined],
    ]);
    assert.deepEqual(failures, []);
  });
}

Deno.test("two instances that wait for one token are both paused for its failure", async () => {
  const failure = new TokenUnavailableError("No answer");
  const [call] = CALLS;
  const claims = {
    claim_listing: ["amcr1aaaa1a", "amcr1bbbb1b"].map((instance_id) => ({
      ...(call.claims as { claim_listing: object[] }).claim_listing[0],
      instance_id,
    })),
  };
  const { told } = await meet({ ...call, claims }, () => failure);
  assert.equal(told.length, 2);
});

Deno.test("a refusal is not the instance's", () => {
  assert.equal(isInstanceWide(new RefusedError("No", { status: 403 })), false);
});
