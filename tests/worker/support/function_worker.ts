import assert from "node:assert/strict";
import { eventually } from "../../support/eventually.ts";
import type { Harness } from "./harness.ts";
import { letTimePass } from "./weeks.ts";

/** Wakes the edge function collect as the schedule does. */
export async function wakeUp(
  harness: Pick<Harness, "platform">,
): Promise<Response> {
  return await fetch(`${harness.platform.apiUrl}/functions/v1/collect`, {
    method: "POST",
    headers: {
      apikey: harness.platform.secretKeys.cron,
      "Content-Type": "application/json",
    },
    body: "{}",
  });
}

/** Wakes the edge function collect, and waits until its tick has ended. */
export async function tickOfFunction(harness: Harness): Promise<void> {
  const before = endedTicks(harness);
  const answer = await wakeUp(harness);
  assert.equal(answer.status, 202, await answer.text());
  await eventually(
    "the end of a tick",
    () => Promise.resolve(endedTicks(harness) > before),
  );
}

/**
 * Ticks until the worker has stopped at a failpoint, and kills it there.
 *
 * @param point the failpoint
 * @param times how many of its weeks must have stopped there
 */
export async function killAt(
  harness: Harness,
  point: string,
  times: number,
): Promise<void> {
  const isThere = () =>
    harness.lines.filter((line) =>
      line.event === "failpoint" && line.point === point
    ).length >= times;
  harness.env.AMC_HISTORY_FAILPOINTS = point;
  for (let tick = 0; tick < 5 && !isThere(); tick++) {
    await letTimePass(harness);
    const before = endedTicks(harness);
    await wakeUp(harness);
    await eventually(
      `the worker at ${point}`,
      () => Promise.resolve(isThere() || endedTicks(harness) > before),
    );
  }
  assert.ok(isThere(), `no tick reached ${point}`);
  await harness.platform.functions.killAll();
  delete harness.env.AMC_HISTORY_FAILPOINTS;
}

function endedTicks({ lines }: Harness): number {
  return lines.filter(({ event }) => /^tick_(ended|failed)$/.test(event))
    .length;
}
