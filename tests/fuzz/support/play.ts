import { createAmcClients } from "../../../supabase/functions/_shared/collector/amc_clients.ts";
import type { Collector } from "../../../supabase/functions/_shared/collector/collector.ts";
import {
  recordTick,
  runTick,
} from "../../../supabase/functions/_shared/collector/tick.ts";
import { explicitWindow, makeExecution } from "../../../local/amc/create.ts";
import type { Execution, Workflow } from "../../../local/amc/types.ts";
import type { Gate } from "../../walks/support/gate.ts";
import type { Fault } from "./cases.ts";
import { send } from "./inputs.ts";
import { interfere } from "./interference.ts";
import { applySetting, type SettingFault } from "./settings.ts";
import { look, staying, unexplained } from "./telling.ts";
import { AMC_URL, RESULT_HOST, TOKEN_URL, VirtualAmc } from "./virtual_amc.ts";
import { BEGIN, HIT, INSTANCES, type World } from "./world.ts";

/** Minutes after which a case is over, whatever is still open. */
const MOST_MINUTES = 3_000;
/** Minutes that a case goes on at least while something is open, so that what goes wrong again and again shows. */
const LEAST_MINUTES = 60;

/** How long each minute counts; after that a worker wakes when so many times as long has passed, which is enough for what is left. */
const EACH_MINUTE = 20;
const NEXT = 1.5;
/** Within so many minutes everything moves again, or waits for a person: longer than any pause. */
const RECOVERY_MINUTES = 6_000;

/** What a case came to. */
export interface Played {
  amc: VirtualAmc;
  /** The minute at the end of which each collection was done; not there: it was not. */
  doneAt: Map<string, number>;
  /** Steps that ended with an error of our own. */
  failures: string[];
  minutes: number;
  /** Weeks that are not done, and of which nothing says why. */
  silent: string[];
  /** What people were told wrongly, or not at all, at any time. */
  wronglyTold: ReadonlySet<string>;
  /** What a success should have ended, and did not. */
  stays: string[];
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

/** A case under way. */
interface Course {
  world: World;
  amc: VirtualAmc;
  faults: readonly Fault[];
  collector: Collector;
  trace: string[];
  minutes: number;
  /** What people were told wrongly, or not at all. */
  wronglyTold: Set<string>;
}

/** Plays a case within the world's transaction, minute by minute, as the schedule would wake workers. */
export async function play(
  world: World,
  { faults, workflows, begin = BEGIN, follow, trace, isQuiet }: Beginning,
): Promise<Played> {
  const failures: string[] = [];
  const interference = interfere(faults, {
    instanceId: HIT,
    workflowId: world.hit?.workflowId ?? "",
    clientId: INSTANCES[0].credential.clientId,
  });
  const amc = new VirtualAmc(
    INSTANCES,
    {
      execution: { pendingSeconds: 30, runSeconds: 400 },
      results: { rows: 2 },
    },
    interference,
    begin,
  );
  for (const { instanceId, workflow } of workflows) {
    amc.state.instance(instanceId).workflows.set(workflow.workflowId, {
      workflow,
      createdAt: 0,
    });
  }
  const collector = collectorOf(world, amc, trace, failures);
  const wronglyTold = new Set<string>();
  const parts = { world, amc, faults, collector, trace };
  const course = { ...parts, minutes: 0, wronglyTold };
  const settings = await arrange(world, amc, faults);
  const doneAt = new Map<string, number>();
  while (course.minutes < MOST_MINUTES) {
    await goOn(course, course.minutes);
    const open = await openOf(world, follow.map(({ id }) => id));
    for (const { id } of follow) {
      if (!open.has(id) && !doneAt.has(id)) doneAt.set(id, course.minutes);
    }
    // Those of a member's input are not followed.
    const isDone = open.size === 0 && course.minutes >= lastAct(faults) &&
      (await unexplained(world, amc)).length === 0;
    if (isDone) break;
    if (course.minutes >= LEAST_MINUTES && await isQuiet(amc)) break;
  }
  const { minutes } = course;
  const silent = await unexplained(world, amc);
  interference.lift();
  const stays = await recover(course, settings);
  return { amc, doneAt, failures, minutes, silent, wronglyTold, stays };
}

/** Lets time pass until a worker wakes, at most so much as suits a case that is so many minutes old; and lets it work. */
async function goOn(course: Course, age: number): Promise<void> {
  const { world, amc, faults, trace, collector } = course;
  const most = untilNext(faults, course.minutes);
  const step = age < EACH_MINUTE ? 1 : Math.round(age * (NEXT - 1));
  const passed = await world.nextWakeUp(amc.now, Math.min(step, most), most);
  course.minutes += passed.minutes;
  amc.state.clock.advance(passed.minutes * 60);
  await world.setClock(amc.now);
  const acted = await act(world, faults, course.minutes, trace);
  trace.push(`minute ${course.minutes}`);
  for (const line of await look(world)) course.wronglyTold.add(line);
  if (!passed.woken && !acted) return;
  const report = await runTick(collector, {
    rounds: 3,
    milliseconds: Infinity,
  });
  await recordTick(collector, report);
}

/** Nothing is odd any more: lets time enough pass for what holds things up to end. @returns what stays nevertheless */
async function recover(
  course: Course,
  settings: readonly SettingFault[],
): Promise<string[]> {
  const { world, amc, trace, minutes } = course;
  let stays = await staying(world, amc);
  if (stays.length === 0) return stays;
  trace.push("nothing is odd any more");
  for (const setting of settings) await applySetting(world.sql, setting);
  for (const execution of amc.state.executions.values()) {
    if (execution.plan.runSeconds > 1e6) amc.state.cancel(execution);
    else if (!hasKnownStatus(execution)) execution.status = "SUCCEEDED";
  }
  while (stays.length > 0 && course.minutes < minutes + RECOVERY_MINUTES) {
    await goOn(course, course.minutes - minutes);
    stays = await staying(world, amc);
  }
  return stays;
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

/** @returns the settings as they were, the last one first */
async function arrange(
  world: World,
  amc: VirtualAmc,
  faults: readonly Fault[],
): Promise<SettingFault[]> {
  const settings: SettingFault[] = [];
  for (const fault of faults) {
    if (fault.kind === "setting") {
      settings.unshift(await applySetting(world.sql, fault));
    }
    if (fault.kind === "input") await send(world, fault, world.hit);
    if (fault.kind === "crowd") crowd(amc, fault);
  }
  return settings;
}

function hasKnownStatus({ endedAt, status }: Execution): boolean {
  return endedAt === null ||
    /^(succeeded|failed|rejected|cancell?ed)$/i.test(status);
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
  const more = minutes < MOST_MINUTES ? 0 : RECOVERY_MINUTES;
  return Math.min(...ahead, MOST_MINUTES + more) - minutes;
}

async function act(
  world: World,
  faults: readonly Fault[],
  minutes: number,
  trace: string[],
): Promise<boolean> {
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
  return names.length > 0;
}

async function openOf(world: World, ids: string[]): Promise<Set<string>> {
  const rows = await world.sql`
    select distinct collection_id as id from public.report_data_weeks
    where status in ('pending', 'running') and collection_id = any(${ids})`;
  return new Set(rows.map(({ id }) => id));
}
