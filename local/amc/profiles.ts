/** AMC simulator: ready-made profiles of chance faults. */
import type { ChanceProfileInput } from "./faults.ts";

type Entry = ChanceProfileInput["faults"][number];

/** How strong `mixedProfile` is. */
export interface MixedProfileOptions {
  /** The longest list lag in seconds; keep it below the client's allowance. Default 3. */
  listLagSeconds?: number;
  /** How long at most a new execution "does not exist", in seconds. Default 2. */
  getLagSeconds?: number;
  /** The longest wait that a throttle asks for, seconds. Default 2. */
  retryAfterSeconds?: number;
  /** The clock skew, drawn in this range of seconds now and then. Default [-240, 240]. */
  skewSeconds?: [number, number];
  /** Probability that a response never comes (each costs the client its timeout). Default 0.01. */
  hang?: number;
}

/**
 * Faults of transport, throttling, lag and clocks, and none of AMC's own FAILED or REJECTED: a correct client
 * collects everything under it.
 */
export function mixedProfile(
  options: MixedProfileOptions = {},
): ChanceProfileInput {
  const listLag = options.listLagSeconds ?? 3;
  const getLag = options.getLagSeconds ?? 2;
  const wait = options.retryAfterSeconds ?? 2;
  const skew = options.skewSeconds ?? [-240, 240];
  const hang = options.hang ?? 0.01;
  const create: Entry[] = lostCreates(hang).map((entry) => ({
    operation: "createExecution",
    ...entry,
  }));
  const reads: Entry["operation"] = [
    "listExecutions",
    "getExecution",
    "downloadUrls",
    "updateExecution",
  ];
  const any: Entry["operation"] = ["createExecution", ...reads];
  return {
    name: "mixed",
    faults: [
      ...create,
      ...throttles(any, wait),
      on(reads, 0.01, { kind: "status", status: 500 }),
      on(reads, 0.01, { kind: "status", status: 502, body: "html" }),
      on(reads, 0.01, { kind: "drop", point: "before" }),
      on(reads, 0.01, { kind: "drop", point: "body" }),
      on(reads, 0.02, { kind: "slow", seconds: [0.1, 1] }),
      on("download", 0.03, { kind: "drop", point: "body" }),
      on("download", 0.03, { kind: "expired_link" }),
      on("download", 0.02, { kind: "status", status: 503 }),
      on("token", 0.02, { kind: "status", status: 500 }),
      on("createExecution", 1, { kind: "list_lag", seconds: [0, listLag] }),
      on("createExecution", 0.3, { kind: "get_lag", seconds: [0, getLag] }),
      on("createExecution", 0.1, {
        kind: "run",
        publishingSeconds: [0.2, 0.5],
      }),
      on(["getExecution", "listExecutions"], 0.03, { kind: "show_status" }),
      on("createExecution", 0.05, { kind: "clock_skew", seconds: skew }),
    ],
  };
}

/** A fifth of the responses to creates are lost (each in one of five ways), lists lag, and 5 % are throttled. */
export function lostAnswersProfile(
  options: { listLagSeconds?: number; lost?: number; throttled?: number } = {},
): ChanceProfileInput {
  const lost = (options.lost ?? 0.2) / 5;
  const throttled = (options.throttled ?? 0.05) / 2;
  const listLag = options.listLagSeconds ?? 3;
  const create = "createExecution";
  return {
    name: "lost answers",
    faults: [
      on(create, lost, { kind: "drop", point: "after" }),
      on(create, lost, { kind: "drop", point: "body" }),
      on(create, lost, { kind: "status", status: 500, when: "after" }),
      on(create, lost, gateway(504, "after")),
      on(create, lost, { kind: "missing_execution_id" }),
      on(create, throttled, { kind: "status", status: 429 }),
      on(create, throttled, { kind: "status", status: 429, retryAfter: 1 }),
      on(create, 1, { kind: "list_lag", seconds: [0, listLag] }),
    ],
  };
}

function on(
  operation: Entry["operation"],
  probability: number,
  fault: Entry["fault"],
): Entry {
  return { operation, probability, fault };
}

function gateway(status: number, when: "before" | "after"): Entry["fault"] {
  return { kind: "status", status, when, body: "message" };
}

function throttles(operation: Entry["operation"], wait: number): Entry[] {
  const html = { kind: "status", status: 429, body: "html" } as const;
  const json = { kind: "status", status: 429, retryAfter: [0, wait] } as const;
  return [
    on(operation, 0.01, html),
    on(operation, 0.02, { ...json, retryAfter: [0, wait] }),
    on(operation, 0.01, {
      ...json,
      retryAfter: [0, wait],
      retryAfterForm: "date",
    }),
    on("createExecution", 0.01, {
      ...json,
      retryAfter: [0, wait],
      when: "after",
    }),
  ];
}

function lostCreates(hang: number): Omit<Entry, "operation">[] {
  return [
    { probability: 0.02, fault: { kind: "drop", point: "before" } },
    { probability: 0.03, fault: { kind: "drop", point: "after" } },
    { probability: 0.02, fault: { kind: "drop", point: "body" } },
    { probability: hang, fault: { kind: "hang", when: "after" } },
    { probability: 0.02, fault: { kind: "status", status: 500 } },
    { probability: 0.03, fault: gateway(504, "after") },
    { probability: 0.02, fault: gateway(504, "before") },
    {
      probability: 0.02,
      fault: { kind: "status", status: 502, body: "html", when: "after" },
    },
    {
      probability: 0.01,
      fault: { kind: "status", status: 408, when: "after" },
    },
    { probability: 0.02, fault: { kind: "redirect", when: "after" } },
    { probability: 0.02, fault: { kind: "missing_execution_id" } },
    { probability: 0.02, fault: { kind: "malformed_execution_id" } },
    { probability: 0.05, fault: { kind: "wrapped" } },
    { probability: 0.03, fault: { kind: "slow", seconds: [0.1, 2] } },
  ];
}
