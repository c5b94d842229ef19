import fc from "fast-check";
import type { Course, Fault } from "./amc.ts";
import { type Task, TASKS } from "./worker.ts";

/** How many workers there are. */
export const WORKERS = 3;

/** One step of a walk. */
export type Action =
  | { do: "work"; worker: number; task: Task; calls: number; pick: number }
  | { do: "repeat"; worker: number; pick: number }
  | { do: "crash"; worker: number }
  | { do: "die in a call"; worker: number; pick: number }
  | { do: "wait"; seconds: number }
  | { do: "fault"; fault: Fault }
  | { do: "trouble"; trouble: "throttled" | "unavailable" }
  | { do: "course"; course: Course }
  | { do: "console run"; week: number }
  | { do: "cancel outside"; run: number }
  | { do: "ask again"; weeks: number }
  | { do: "collect elsewhere" }
  | { do: "leave"; removed: boolean }
  | { do: "take over"; collection: number }
  | { do: "keep current"; collection: number; days: number; keep: boolean }
  | { do: "a week passes" }
  | { do: "back up" | "restore" }
  | { do: "pause" | "resume" | "cancel" | "retry all"; collection: number }
  | { do: "retry" | "restate" | "end by hand"; week: number }
  | { do: "say" | "slip"; attempt: number };

/** What a step asks for that lets weeks leave a final status: that they are retried, or those that were ended reopened. */
export function askedFor(action: Action | null): "retried" | "reopened" | null {
  if (action?.do === "ask again") return "reopened";
  return action?.do === "retry" || action?.do === "retry all"
    ? "retried"
    : null;
}

/** What faults a walk may meet. */
export interface Odds {
  /** How long AMC's list may lag, in seconds; the instance allows for 300. */
  lags: number[];
  /** What creates may meet. */
  faults: Fault[];
  /** Whether the database is backed up, and lost and restored later: what AMC listed by then is found again. */
  restores: boolean;
}

/** How a walk begins. */
export interface Setting {
  maxParallel: number;
  /** Whether the instance has proved that its list would show a lost create. */
  proved: boolean;
  failedRetries: number;
  /** The list's lag at first, in seconds. */
  lag: number;
  /** Whether AMC's list was read for the collection before. */
  surveyed: boolean;
  /** Whether the first week was completed by an older caller. */
  firstIsDone: boolean;
  /** Whether AMC runs the first open week already, if its list was not read: the database was restored from a backup. */
  restored: boolean;
  /** Whether workers that stand still at the end wake only when all is done. */
  sleepLong: boolean;
}

const worker = fc.nat(WORKERS - 1);
const pick = fc.nat(4);
const week = fc.nat(5);
const collection = fc.nat(1);

/** The faults of all kinds. */
export const ALL_FAULTS: Fault[] = [
  "accepted, answer lost",
  "accepted, answer lost",
  "lost on the way",
  "lost on the way",
  "accepted minutes later",
  "accepted minutes later",
  "throttled",
  "accepted, but throttled",
  "accepted, but throttled",
  "quota",
  "refused",
  "unauthorized",
  "no token",
  "credential refused",
  "workflow not visible",
];

/** From a few calls, after which the worker stands still, to all that a task has. */
const calls = fc.constantFrom(1, 2, 3, 5, 200, 200);

const task = fc.constantFrom(
  ...Object.keys(TASKS) as Task[],
  "tick" as const,
  "tick" as const,
  "submit" as const,
);

type Weighted = { weight: number; arbitrary: fc.Arbitrary<Action> };

/** A step with its weight and its parameters. */
function often<Name extends Action["do"]>(
  weight: number,
  name: Name | Name[],
  known: Record<string, fc.Arbitrary<unknown>> = {},
): Weighted {
  const what = fc.constantFrom(...(Array.isArray(name) ? name : [name]));
  const arbitrary = fc.record({ do: what, ...known });
  return { weight, arbitrary: arbitrary as unknown as fc.Arbitrary<Action> };
}

/** What workers do and what happens to them. */
const ofWorkers: Weighted[] = [
  often(12, "work", { worker, task, calls, pick }),
  often(6, "wait", {
    seconds: fc.constantFrom(1, 15, 31, 70, 200, 600, 1000, 3600),
  }),
  often(1, "repeat", { worker, pick }),
  often(2, "crash", { worker }),
  often(2, "die in a call", { worker, pick }),
];

/** What AMC does. */
const ofAmc = ({ lags, faults }: Odds): Weighted[] => [
  often(6, "fault", { fault: fc.constantFrom(...faults) }),
  often(1, "trouble", {
    trouble: fc.constantFrom("throttled", "unavailable"),
  }),
  often(2, "course", {
    course: fc.record({
      seconds: fc.constantFrom(20, 300, 1200, 7200),
      endsAs: fc.constantFrom("SUCCEEDED", "SUCCEEDED", "FAILED", "REJECTED"),
      lag: fc.constantFrom(...lags),
    }),
  }),
];

/** What people do, here and in AMC's console. */
const ofPeople: Weighted[] = [
  often(2, "console run", { week }),
  often(1, "cancel outside", { run: fc.nat(8) }),
  // Fewer and more weeks than there are: what was cancelled is opened again, what is missing added.
  often(3, "ask again", { weeks: fc.constantFrom(2, 3, 5) }),
  often(1, "collect elsewhere"),
  often(3, ["pause", "resume", "retry all"], { collection }),
  often(1, "cancel", { collection }),
  often(3, ["retry", "restate"], { week }),
  often(1, "end by hand", { week }),
  often(3, ["say", "say", "slip"], { attempt: fc.nat(4) }),
  often(1, "leave", { removed: fc.boolean() }),
  often(1, "take over", { collection }),
  often(1, "keep current", {
    collection,
    days: fc.constantFrom(2, 14),
    keep: fc.constantFrom(true, true, false),
  }),
  often(1, "a week passes"),
];

/** What may happen to the database as a whole. */
const ofBackups = ({ restores }: Odds): Weighted[] =>
  restores ? [often(2, "back up"), often(2, "restore")] : [];

/** A setting and the steps that follow. */
export const aWalk = (
  odds: Odds,
): fc.Arbitrary<{ setting: Setting; actions: Action[] }> =>
  fc.record({
    setting: fc.record({
      maxParallel: fc.integer({ min: 1, max: 3 }),
      proved: fc.constantFrom(true, true, true, false),
      failedRetries: fc.nat(1),
      lag: fc.constantFrom(...odds.lags),
      surveyed: fc.constantFrom(true, true, false),
      firstIsDone: fc.boolean(),
      restored: fc.constantFrom(false, false, true),
      sleepLong: fc.boolean(),
    }),
    // Some are short, so that what fails can be made short.
    actions: fc.array(
      fc.oneof(...ofWorkers, ...ofAmc(odds), ...ofPeople, ...ofBackups(odds)),
      {
        minLength: 1,
        maxLength: 32,
        size: "max",
      },
    ),
  });
