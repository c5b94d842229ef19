import assert from "node:assert/strict";
import { eventually } from "../../support/eventually.ts";
import type { Bench } from "./bench.ts";
import { letTimePass } from "./weeks.ts";

/** Wakes the edge function collect as the schedule does. */
export async function wakeUp(
  bench: Pick<Bench, "platform">,
): Promise<Response> {
  return await fetch(`${bench.platform.apiUrl}/functions/v1/collect`, {
    method: "POST",
    headers: {
      apikey: bench.platform.secretKeys.cron,
      "Content-Type": "application/json",
    },
    body: "{}",
  });
}

/** Wakes the edge function collect, and waits until its tick has ended. */
export async function tickOfFunction(bench: Bench): Promise<void> {
  const before = endedTicks(bench);
  const answer = await wakeUp(bench);
  assert.equal(answer.status, 202, await answer.text());
  await eventually(
    "the end of a tick",
    () => Promise.resolve(endedTicks(bench) > before),
    40,
  );
}

/** Ticks until the worker stands at a named point so many times, and kills it there. */
export async function killAt(
  bench: Bench,
  point: string,
  times: number,
): Promise<void> {
  const isThere = () =>
    bench.lines.filter((line) =>
      line.event === "test_point" && line.point === point
    ).length >= times;
  bench.env.AMC_HISTORY_TEST_POINTS = point;
  for (let tick = 0; tick < 5 && !isThere(); tick++) {
    await letTimePass(bench);
    const before = endedTicks(bench);
    await wakeUp(bench);
    await eventually(
      `the worker at ${point}`,
      () => Promise.resolve(isThere() || endedTicks(bench) > before),
      30,
    );
  }
  assert.ok(isThere(), `no tick reached ${point}`);
  await bench.platform.functions.killAll();
  delete bench.env.AMC_HISTORY_TEST_POINTS;
}

function endedTicks({ lines }: Bench): number {
  return lines.filter(({ event }) => /^tick_(ended|failed)$/.test(event))
    .length;
}
