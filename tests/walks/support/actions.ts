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
  | { do: "collect again" }
  | { do: "pause" | "resume" | "cancel" | "retry all"; collection: number }
  | { do: "retry" | "restate"; week: number };

/** What may befall a walk. */
export interface Odds {
  /** How long AMC's list may lag, in seconds; the instance allows for 300. */
  lags: number[];
  /** What creates may meet. */
  faults: Fault[];
}

/** How a walk begins. */
export interface Setting {
  maxParallel: number;
  /** Whether the instance has proved before that its list would tell. */
  proved: boolean;
  failedRetries: number;
  /** Whether AMC's list was read for the collection before. */
  surveyed: boolean;
  /** Whether the first week was completed by an older caller. */
  firstIsDone: boolean;
  /** Whether workers that stand still in the end wake only when all is done. */
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

const work = fc.record({
  do: fc.constant("work" as const),
  worker,
  task: fc.constantFrom(
    ...Object.keys(TASKS) as Task[],
    "tick" as const,
    "tick" as const,
    "submit" as const,
  ),
  calls,
  pick,
});

const courseOf = (lags: number[]) =>
  fc.record({
    seconds: fc.constantFrom(20, 300, 1200, 7200),
    endsAs: fc.constantFrom("SUCCEEDED", "SUCCEEDED", "FAILED", "REJECTED"),
    lag: fc.constantFrom(...lags),
  }) as fc.Arbitrary<Course>;

/** Any step, the likely ones more often. */
const anAction = ({ lags, faults }: Odds): fc.Arbitrary<Action> =>
  fc.oneof(
    { weight: 12, arbitrary: work },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant("wait" as const),
        seconds: fc.constantFrom(1, 15, 31, 70, 200, 600, 1000, 3600),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant("fault" as const),
        fault: fc.constantFrom(...faults),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant("repeat" as const),
        worker,
        pick,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant("crash" as const), worker }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("die in a call" as const),
        worker,
        pick,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant("trouble" as const),
        trouble: fc.constantFrom("throttled" as const, "unavailable" as const),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("course" as const),
        course: courseOf(lags),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant("console run" as const), week }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant("cancel outside" as const),
        run: fc.nat(8),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ do: "collect again" as const }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constantFrom("pause", "resume", "retry all"),
        collection,
      }) as fc.Arbitrary<Action>,
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant("cancel" as const), collection }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constantFrom("retry", "restate"),
        week,
      }) as fc.Arbitrary<Action>,
    },
  );

/** A setting and the steps that follow. */
export const aWalk = (
  odds: Odds,
): fc.Arbitrary<{ setting: Setting; actions: Action[] }> =>
  fc.record({
    setting: fc.record({
      maxParallel: fc.integer({ min: 1, max: 3 }),
      proved: fc.constantFrom(true, true, true, false),
      failedRetries: fc.nat(1),
      surveyed: fc.constantFrom(true, true, false),
      firstIsDone: fc.boolean(),
      sleepLong: fc.boolean(),
    }),
    // Some are short, so that what fails can be made short.
    actions: fc.array(anAction(odds), {
      minLength: 1,
      maxLength: 32,
      size: "max",
    }),
  });
