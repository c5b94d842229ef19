/**
 * AMC simulator: faults. A fault fires by script (the next N matching requests) or by chance (a profile of
 * probabilities and a seed). At most one fault that decides the response fires per request; faults that only
 * change an execution or add delay fire beside it.
 */
import { z } from "zod";
import { ERROR_BODIES } from "./error_bodies.ts";
import { Channel } from "./settings.ts";
import { type Random, seededRandom, within } from "./random.ts";
import { type Operation, OPERATIONS } from "./types.ts";

const Seconds = z.union([z.number(), z.tuple([z.number(), z.number()])]);
/** before: the request is not handled. after: it is handled (an execution exists), and only the response differs. */
const When = z.enum(["before", "after"]).default("before");

/** What a fault does. Ranges of seconds are drawn when it fires. */
export const Fault = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("status"),
    status: z.number().int().min(200).max(599),
    when: When,
    /** See error_bodies.ts. */
    body: z.enum(ERROR_BODIES).default("json"),
    details: z.string().optional(),
    /** Of the body "text"; default text/plain. */
    contentType: z.string().optional(),
    retryAfter: Seconds.optional(),
    retryAfterForm: z.enum(["seconds", "date"]).default("seconds"),
  }),
  z.object({
    kind: z.literal("redirect"),
    status: z.literal([301, 302, 307, 308]).default(307),
    when: When,
    /** Default: the same address, so that a client which follows it repeats the request. */
    location: z.string().optional(),
  }),
  z.object({
    kind: z.literal("drop"),
    /** body: in the middle of the body of the response, after its headers. */
    point: z.enum(["before", "after", "body"]).default("before"),
  }),
  z.object({ kind: z.literal("hang"), when: When }),
  /** A result link responds as an expired one does. */
  z.object({ kind: z.literal("expired_link") }),
  /** "Execution with ID … is unavailable for download." */
  z.object({ kind: z.literal("unavailable") }),
  z.object({
    kind: z.literal("oauth_error"),
    error: z.enum([
      "invalid_grant",
      "invalid_client",
      "invalid_request",
      "unauthorized_client",
    ]).default("invalid_grant"),
  }),
  z.object({ kind: z.literal("slow"), seconds: Seconds, when: When }),
  z.object({ kind: z.literal("wrapped") }),
  z.object({ kind: z.literal("missing_execution_id") }),
  z.object({
    kind: z.literal("malformed_execution_id"),
    value: z.unknown().default("not-an-execution-id"),
  }),
  /** Shows a status instead of the real one in this response alone. */
  z.object({
    kind: z.literal("show_status"),
    status: z.string().default("OPTIMIZING"),
  }),
  /** Shows other values in this response, of all executions in it or of one. AMC's own are never known for sure. */
  z.object({
    kind: z.literal("show_fields"),
    /** The JSON text of each value, so that it may be a number that JavaScript cannot hold. */
    fields: z.record(z.string(), z.string()).default({}),
    /** Fields to leave out. */
    missing: z.array(z.string()).default([]),
    only: z.object({
      executionId: z.string(),
      workflowId: z.string(),
      windowStart: z.string(),
    }).partial().default({}),
  }),
  /** Puts entries, as JSON texts, into the list in this response; see odd_entries.ts. */
  z.object({
    kind: z.literal("list_entries"),
    entries: z.array(z.string()),
    at: z.enum(["first", "last"]).default("first"),
  }),
  /** The next ones change the execution that this request creates. */
  z.object({ kind: z.literal("list_lag"), seconds: Seconds }),
  z.object({
    kind: z.literal("get_lag"),
    seconds: Seconds,
    status: z.literal([400, 404]).default(400),
  }),
  z.object({
    kind: z.literal("outcome"),
    status: z.string(),
    reason: z.string().nullable().default(null),
  }),
  z.object({
    kind: z.literal("run"),
    pendingSeconds: z.union([Seconds, z.literal("forever")]).optional(),
    runSeconds: z.union([Seconds, z.literal("forever")]).optional(),
    publishingSeconds: Seconds.optional(),
    runningStatus: z.string().optional(),
  }),
  z.object({
    kind: z.literal("result"),
    rows: z.number().int().nonnegative().optional(),
    files: z.number().int().min(1).max(5).optional(),
    headerOnly: z.boolean().optional(),
    body: z.string().nullable().optional(),
    channel: Channel.nullable().optional(),
  }),
  /** From now on the simulator shows times that are off by this many seconds. */
  z.object({ kind: z.literal("clock_skew"), seconds: Seconds }),
]);

/** A fault that is about to act. */
export type Fault = z.output<typeof Fault>;

const Matching = z.union([
  z.enum(OPERATIONS),
  z.array(z.enum(OPERATIONS)),
  z.literal("any"),
]);

/** A fault and the requests that it applies to. */
export const ScriptedFault = z.object({
  operation: Matching,
  /** How many matching requests it applies to. */
  times: z.union([z.number().int().positive(), z.literal("always")]).default(1),
  /** How many matching requests pass without it first. */
  skip: z.number().int().nonnegative().default(0),
  /** Only requests that name these; an absent field matches everything. */
  where: z.object({
    instanceId: z.string(),
    workflowId: z.string(),
    windowStart: z.string(),
    executionId: z.string(),
    /** Whether a create says `dryRun`. */
    dryRun: z.boolean(),
  }).partial().default({}),
  fault: Fault,
});
/** A scripted fault as it is given. */
export type ScriptedFaultInput = z.input<typeof ScriptedFault>;

/** Faults that happen by chance. Of those that decide the response, the first one drawn wins. */
export const ChanceProfile = z.object({
  name: z.string().default("unnamed"),
  faults: z.array(z.object({
    operation: Matching,
    probability: z.number().min(0).max(1),
    fault: Fault,
  })),
});
/** A chance profile as it is given. */
export type ChanceProfileInput = z.input<typeof ChanceProfile>;

/** What is known of a request when its faults are chosen. */
export interface RequestFacts {
  operation: Operation;
  instanceId?: string;
  workflowId?: string;
  windowStart?: string;
  executionId?: string;
  dryRun?: boolean;
}

const DECIDING: Fault["kind"][] = [
  "status",
  "redirect",
  "drop",
  "hang",
  "expired_link",
  "unavailable",
  "oauth_error",
];

/** Whether a fault decides the response: only one such fault can fire. */
export function decidesResponse(fault: Fault): boolean {
  return DECIDING.includes(fault.kind);
}

/** One short name of a fault, for logs and counts: "status 504 after", "drop body". */
export function nameFault(fault: Fault): string {
  const parts: unknown[] = [fault.kind];
  if ("status" in fault) parts.push(fault.status);
  if ("error" in fault) parts.push(fault.error);
  if ("point" in fault) parts.push(fault.point);
  if (fault.kind === "status" && fault.body !== "json") parts.push(fault.body);
  if (fault.kind === "status" && fault.retryAfter !== undefined) {
    parts.push("retry-after", fault.retryAfterForm);
  }
  if ("when" in fault && decidesResponse(fault)) parts.push(fault.when);
  return parts.join(" ");
}

/** Holds the scripts and the profile, and chooses the faults of each request. */
export class FaultBox {
  #scripts: (z.output<typeof ScriptedFault> & { left: number })[] = [];
  #profile: z.output<typeof ChanceProfile> | null = null;
  #seed = "";
  #streams = new Map<Operation, Random>();
  #fired = new Map<string, number>();

  /** Adds a scripted fault. @throws z.ZodError when it is not one */
  script(input: ScriptedFaultInput): void {
    const fault = ScriptedFault.parse(input);
    const left = fault.times === "always" ? Infinity : fault.times;
    this.#scripts.push({ ...fault, left });
  }

  /** Forgets all scripted faults. */
  clear(): void {
    this.#scripts = [];
  }

  /** Sets the profile of chance faults; null ends them. The same seed repeats the draws per operation. */
  chance(profile: ChanceProfileInput | null, seed: string): void {
    this.#profile = profile === null ? null : ChanceProfile.parse(profile);
    this.#seed = seed;
    this.#streams.clear();
  }

  /** How often each fault has fired, as "operation: fault". */
  fired(): Record<string, number> {
    return Object.fromEntries(this.#fired);
  }

  /** Scripted faults that some matching requests are still to meet. */
  waiting(): number {
    return this.#scripts.length;
  }

  /** Chooses and counts the faults of one request. */
  choose(facts: RequestFacts): Fault[] {
    const random = this.#stream(facts.operation);
    const chosen: Fault[] = [];
    const take = (fault: Fault): boolean => {
      if (decidesResponse(fault) && chosen.some(decidesResponse)) return false;
      chosen.push(resolveRanges(fault, random));
      const name = `${facts.operation}: ${nameFault(fault)}`;
      this.#fired.set(name, (this.#fired.get(name) ?? 0) + 1);
      return true;
    };
    for (const script of this.#scripts) {
      if (!matches(script.operation, script.where, facts)) continue;
      if (script.skip > 0) script.skip--;
      else if (take(script.fault)) script.left--;
    }
    this.#scripts = this.#scripts.filter((script) => script.left > 0);
    for (const entry of this.#profile?.faults ?? []) {
      if (!matches(entry.operation, {}, facts)) continue;
      if (random() < entry.probability) take(entry.fault);
    }
    return chosen;
  }

  #stream(operation: Operation): Random {
    const known = this.#streams.get(operation);
    if (known) return known;
    const fresh = seededRandom(`${this.#seed}:${operation}`);
    this.#streams.set(operation, fresh);
    return fresh;
  }
}

function matches(
  operation: z.output<typeof Matching>,
  where: Partial<RequestFacts>,
  facts: RequestFacts,
): boolean {
  const named = operation === "any" || operation === facts.operation ||
    (Array.isArray(operation) && operation.includes(facts.operation));
  return named &&
    Object.entries(where).every(([key, value]) =>
      facts[key as keyof RequestFacts] === value
    );
}

function resolveRanges(fault: Fault, random: Random): Fault {
  const resolved = Object.entries(fault).map(([key, value]) =>
    Array.isArray(value) && /seconds|retryAfter/i.test(key)
      ? [key, within(random, value as [number, number])]
      : [key, value]
  );
  return Object.fromEntries(resolved) as Fault;
}
