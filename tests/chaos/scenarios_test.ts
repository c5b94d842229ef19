import { connectionsExhausted } from "./scenarios/connections_exhausted.ts";
import { postgresRestart } from "./scenarios/postgres_restart.ts";
import { repeatedKills } from "./scenarios/repeated_kills.ts";
import { terminatedBackends } from "./scenarios/terminated_backends.ts";
import { workerCrash } from "./scenarios/worker_crash.ts";
import { isLongRun, weeksOfScenario } from "./support/weeks.ts";

const SCENARIOS: Record<string, (weeks: number) => Promise<void>> = {
  "the worker crashes at random moments": workerCrash,
  "Postgres is killed and started again in the middle": postgresRestart,
  "the functions' processes are killed every two seconds": repeatedKills,
  "sessions of the database are terminated all the time": terminatedBackends,
  "all connections are taken for seconds": connectionsExhausted,
};

/** Each scenario has a harness of its own and mostly waits: short ones run side by side, long ones one after another. */
Deno.test({
  name: "weeks are collected once each, and none is lost, though",
  // Steps that run beside each other cannot tell whose resources are whose.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(context) {
    const weeks = weeksOfScenario(20);
    const running: Promise<boolean>[] = [];
    for (const [name, scenario] of Object.entries(SCENARIOS)) {
      running.push(context.step({
        name,
        sanitizeOps: false,
        sanitizeResources: false,
        sanitizeExit: false,
        fn: () => scenario(weeks),
      }));
      if (isLongRun()) await running.at(-1);
    }
    await Promise.all(running);
  },
});
