/**
 * Runs the AMC simulator alone: `deno run -A local/amc/main.ts [--port=N] [--settings=<JSON>]`. It prints one line
 * of JSON with its addresses and stops at SIGINT or SIGTERM. Credentials are read from `/_control/credentials`.
 */
import { startSimulator } from "./mod.ts";

const options = Object.fromEntries(
  Deno.args.map((argument) => argument.replace(/^--/, "").split(/=(.*)/s)),
);
const port = Number(options.port ?? 0);
if (!Number.isInteger(port) || port < 0 || port > 65535) {
  console.error(
    `Expected --port=N with N from 0 to 65535, got ${options.port}.`,
  );
  Deno.exit(2);
}
const simulator = await startSimulator({
  ...JSON.parse(options.settings ?? "{}"),
  port,
}).catch((error: Error) => {
  console.error(error.message);
  Deno.exit(1);
});
console.log(JSON.stringify({
  url: simulator.url,
  token_url: simulator.tokenUrl,
  control_url: `${simulator.url}/_control`,
}));

let stopping = false;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, async () => {
    if (stopping) return;
    stopping = true;
    await simulator.stop();
    Deno.exit(0);
  });
}
