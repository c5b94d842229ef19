import assert from "node:assert/strict";
import { lostAnswersProfile, mixedProfile } from "../../local/amc/mod.ts";
import { Fault, FaultBox, nameFault } from "../../local/amc/faults.ts";
import { OPERATIONS } from "../../local/amc/types.ts";
import { type Client, withAmc } from "./client.ts";

async function manyCreates(client: Client, count: number): Promise<string> {
  const seen: (number | null)[] = [];
  for (let index = 0; index < count; index++) {
    const answer = await client.create().catch(() => null);
    seen.push(answer?.status ?? null);
  }
  return seen.join(" ");
}

Deno.test("chance repeats with its seed, differs with another, and is counted", async () => {
  const run = async (seed: number) => {
    let seen = "";
    await withAmc({}, async (client, amc) => {
      amc.chance(lostAnswersProfile(), seed);
      seen = await manyCreates(client, 60);
      const fired = amc.firedFaults();
      const lost = amc.ledger().filter(({ answered }) => answered !== "200");
      assert.ok(lost.length >= 4 && lost.length <= 24);
      assert.equal(fired["createExecution: list_lag"], 60);
      amc.chance(null);
      assert.equal((await client.create()).status, 200);
    });
    return seen;
  };
  const first = await run(1);
  assert.equal(await run(1), first);
  assert.notEqual(await run(2), first);
});

Deno.test("the mixed profile has none of AMC's own failures, and its faults fire as often as it says", () => {
  const profile = mixedProfile();
  const kinds = new Set(profile.faults.map(({ fault }) => fault.kind));
  assert.equal(kinds.has("outcome"), false);
  assert.equal(kinds.has("oauth_error"), false);
  const box = new FaultBox();
  box.chance(profile, "3");
  for (const operation of OPERATIONS) {
    for (let count = 0; count < 5000; count++) box.choose({ operation });
  }
  const fired = box.fired();
  for (const { operation, probability, fault } of profile.faults) {
    const [first] = [operation].flat();
    const times = fired[`${first}: ${nameFault(Fault.parse(fault))}`] ?? 0;
    const expected = 5000 * probability;
    // Those that decide the answer give way to one another; two entries may share a name.
    assert.ok(
      times > expected * 0.5 && times < expected * 3,
      nameFault(Fault.parse(fault)),
    );
  }
});
