import { createAmcClients } from "../../../supabase/functions/_shared/collector/amc_clients.ts";
import type { Collector } from "../../../supabase/functions/_shared/collector/collector.ts";
import { runTick } from "../../../supabase/functions/_shared/collector/tick.ts";
import { explicitWindow, makeExecution } from "../../../local/amc/create.ts";
import type { Workflow } from "../../../local/amc/types.ts";
import type { Gate } from "../../walks/support/gate.ts";
import type { Fault } from "./cases.ts";
import { send } from "./inputs.ts";
import { interfere } from "./interference.ts";
import { applySetting } from "./settings.ts";
import { AMC_URL, RESULT_HOST, TOKEN_URL, VirtualAmc } from "./virtual_amc.ts";
import { BEGIN, HIT, INSTANCES, type World } from "./world.ts";

/** Minutes after which a case is over, whatever is still open. */
const MOST_MINUTES = 3_000;
/** Minutes that a case goes on at least while something is open, so that what goes wrong again and again shows. */
const LEAST_MINUTES = 60;

/** How long each minute counts; after that a worker wakes when so many times as long has passed, which is enough for what is left. */
const EACH_MINUTE = 20;
const NEXT = 1.5;

/** What a case came to. */
export interface Played {
  amc: VirtualAmc;
  /** The minute at the end of which each collection was done; not there: it was not. */
  doneAt: Map<string, number>;
  /** Steps that ended with an error of our own. */
  failures: string[];
  minutes: number;
}

/** What a case begins with besides its faults. */
export interface Beginning {
  faults: readonly Fault[];
  /** The workflows that AMC has. */
  workflows: { instanceId: string; workflow: Workflow }[];
  begin?: number;
  /** The collections to follow. */
  follow: { id: string }[];
  /** Takes what happens, for a failure's message. */
  trace: string[];
  /** Whether everything that may ever move has moved. */
  isQuiet(amc: VirtualAmc): Promise<boolean>;
}

/** Plays a case within the world's transaction, minute by minute, as the schedule would wake workers. */
export async function play(
  world: World,
  { faults, workflows, begin = BEGIN, follow, trace, isQuiet }: Beginning,
): Promise<Played> {
  const failures: string[] = [];
  const { hit } = world;
  const amc = new VirtualAmc(
    INSTANCES,
    {
      execution: { pendingSeconds: 30, runSeconds: 400 },
      results: { rows: 2 },
    },
    interfere(faults, {
      instanceId: HIT,
      workflowId: hit?.workflowId ?? "",
      clientId: INSTANCES[0].credential.clientId,
    }),
    begin,
  );
  for (const { instanceId, workflow } of workflows) {
    amc.state.instance(instanceId).workflows.set(workflow.workflowId, {
      workflow,
      createdAt: 0,
    });
  }
  const collector = collectorOf(world, amc, trace, failures);
  await arrange(world, amc, faults);
  const doneAt = new Map<string, number>();
  let minutes = 0;
  while (minutes < MOST_MINUTES) {
    const most = untilNext(faults, minutes);
    const step = minutes < EACH_MINUTE ? 1 : Math.round(minutes * (NEXT - 1));
    const least = Math.min(step, most);
    const passed = await world.nextWakeUp(amc.now, least, most);
    minutes += passed;
    amc.state.clock.advance(passed * 60);
    await world.setClock(amc.now);
    await act(world, faults, minutes, trace);
    trace.push(`minute ${minutes}`);
    await runTick(collector, { rounds: 3, milliseconds: Infinity });
    const open = await openOf(world, follow.map(({ id }) => id));
    for (const { id } of follow) {
      if (!open.has(id) && !doneAt.has(id)) doneAt.set(id, minutes);
    }
    if (open.size === 0 && minutes >= lastAct(faults)) break;
    if (minutes >= LEAST_MINUTES && await isQuiet(amc)) break;
  }
  return { amc, doneAt, failures, minutes };
}

function collectorOf(
  world: World,
  amc: VirtualAmc,
  trace: string[],
  failures: string[],
): Collector {
  const gate = oneAtATime();
  const sql = world.gatedSql(gate);
  const log: Collector["log"] = (level, event, fields = {}) => {
    if (event === "amc_request" && fields.status === 200) return;
    const line = `${level} ${event} ${JSON.stringify(fields)}`.slice(0, 600);
    trace.push(`  ${line}`);
    if (level === "error") failures.push(line);
  };
  const addresses = {
    apiUrl: AMC_URL,
    tokenUrl: TOKEN_URL,
    resultHosts: [RESULT_HOST],
  };
  return {
    rpc: world.rpc(gate),
    sql,
    clients: createAmcClients(sql, addresses, log, amc.runtime()),
    log,
    now: () => amc.now,
    checkpoint: () => Promise.resolve(),
  };
}

/** One session serves every call of the worker, one after the other. */
function oneAtATime(): Gate {
  let last: Promise<unknown> = Promise.resolve();
  return (_name, act) => {
    const next = last.then(act);
    last = next.catch(() => {});
    return next;
  };
}

async function arrange(
  world: World,
  amc: VirtualAmc,
  faults: readonly Fault[],
): Promise<void> {
  for (const fault of faults) {
    if (fault.kind === "setting") await applySetting(world.sql, fault);
    if (fault.kind === "input") await send(world, fault, world.hit);
    if (fault.kind === "crowd") crowd(amc, fault);
  }
}

/** Executions of others, as people make them in AMC's console. */
function crowd(
  amc: VirtualAmc,
  { executions, size }: Extract<Fault, { kind: "crowd" }>,
): void {
  const { state } = amc;
  for (let i = 0; i < executions; i++) {
    const execution = makeExecution(state, state.instance(HIT), {
      workflow: { workflowId: `analytics-${i}` },
      window: explicitWindow(
        "2025-05-01T00:00:00",
        "2025-05-02T00:00:00",
        "UTC",
        "reject",
      ),
      source: "console",
      timeZone: "UTC",
      timeoutSeconds: 21_600,
      parameterValues: { value: "v".repeat(size) },
    });
    state.cancel(execution);
  }
}

function minutesOf(faults: readonly Fault[]): number[] {
  const acts = faults.flatMap((fault) =>
    fault.kind === "person" ? [fault.minute] : []
  );
  const cancels = faults.some((fault) =>
    fault.kind === "answer" && fault.endpoint === "updateExecution"
  );
  return cancels ? [...acts, CANCEL_MINUTE] : acts;
}

/** When a person cancels the hit collection, if AMC's answer to a cancel is the fault. */
const CANCEL_MINUTE = 5;

function lastAct(faults: readonly Fault[]): number {
  return Math.max(0, ...minutesOf(faults));
}

/** Minutes until a person acts or the case is over. */
function untilNext(faults: readonly Fault[], minutes: number): number {
  const ahead = minutesOf(faults).filter((minute) => minute > minutes);
  return Math.min(MOST_MINUTES, ...ahead) - minutes;
}

async function act(
  world: World,
  faults: readonly Fault[],
  minutes: number,
  trace: string[],
): Promise<void> {
  const names = faults.flatMap((fault) =>
    fault.kind === "person" && fault.minute === minutes ? [fault.does] : []
  );
  if (minutesOf(faults).at(-1) === minutes && minutes === CANCEL_MINUTE) {
    names.push("cancel_collection");
  }
  for (const name of names) {
    trace.push(name);
    await world.as(
      world.hit.ownerId,
      () => world.call(name, { collection_id: world.hit.id }),
    );
  }
}

async function openOf(world: World, ids: string[]): Promise<Set<string>> {
  const rows = await world.sql`
    select distinct collection_id as id from public.report_data_weeks
    where status in ('pending', 'running') and collection_id = any(${ids})`;
  return new Set(rows.map(({ id }) => id));
}
