// An error of any call that concerns its instance pauses the instance, and nothing else is blamed.
import assert from "node:assert/strict";
import {
  CredentialError,
  RefusedError,
  ThrottledError,
  TokenUnavailableError,
  UnauthorizedError,
} from "../_shared/amc/errors.ts";
import { isInstanceWide } from "../_shared/collector/pause_instance.ts";
import { StoredCredentialError } from "../_shared/collector/stored_credentials.ts";
import { CALLS } from "./support/amc_calls.ts";
import { meet, type Told } from "./support/failing_call.ts";

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

/** How often instances are paused that are listed at once, and wait for one token, which cannot be had. */
async function pausesOf(instances: string[]): Promise<number> {
  const failure = new TokenUnavailableError("No answer");
  const [call] = CALLS;
  const claims = {
    claim_listing: instances.map((instance_id) => ({
      ...(call.claims as { claim_listing: object[] }).claim_listing[0],
      instance_id,
    })),
  };
  return (await meet({ ...call, claims }, () => failure)).told.length;
}

Deno.test("two instances that wait for one token are both paused for its failure", async () => {
  assert.equal(await pausesOf(["amcr1aaaa1a", "amcr1bbbb1b"]), 2);
});

Deno.test("an instance of which two calls wait for one token is paused once", async () => {
  assert.equal(await pausesOf(["amcr1aaaa1a", "amcr1aaaa1a"]), 1);
});

Deno.test("a refusal is not the instance's", () => {
  assert.equal(isInstanceWide(new RefusedError("No", { status: 403 })), false);
});
