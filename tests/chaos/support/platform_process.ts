// A platform in a process of its own. Its options come as one line of JSON on stdin; then each line `kill` has all processes
// of functions killed. It tells of itself in lines on stdout: `ready`, `killed` and `log`, each with JSON behind it.
import { startPlatform } from "../../../local/platform/platform.ts";
import { readLines } from "../../../local/platform/lines.ts";
import type { PlatformOrder } from "./platform.ts";

const encoder = new TextEncoder();

function tell(word: string, what: unknown): void {
  Deno.stdout.writeSync(encoder.encode(`${word} ${JSON.stringify(what)}\n`));
}

const orders = readLines(Deno.stdin.readable)[Symbol.asyncIterator]();
const { cluster, name, functionEnv, apiPort, user }: PlatformOrder = JSON.parse(
  (await orders.next()).value!,
);
const platform = await startPlatform({
  database: { cluster, name },
  apiPort,
  functionEnv,
  stopOnSignals: false,
  tickSeconds: 0.5,
  functionLog: ({ line }) => tell("log", line),
});
const { apiUrl, databaseUrl, adminDatabaseUrl, secretKeys } = platform;
const userId = user
  ? (await platform.createUser(user.email, user.password)).id
  : null;
tell("ready", { apiUrl, databaseUrl, adminDatabaseUrl, secretKeys, userId });

for (let order = await orders.next(); !order.done;) {
  const workers = Number("collect" in platform.functions.pids());
  await platform.functions.killAll();
  tell("killed", workers);
  order = await orders.next();
}
await platform.stop();
Deno.exit();
