/**
 * AMC simulator: its control endpoint, `/_control/<name>`, so that other processes on this machine can do what
 * the methods of `Simulator` do. It is no part of AMC. GET reads, POST with a JSON body acts.
 */
import { z } from "zod";
import { ApiError } from "./errors.ts";
import { errorReply, parseBody, type Reply } from "./http.ts";
import { ChanceProfile, ScriptedFault } from "./faults.ts";
import { lostAnswersProfile, mixedProfile } from "./profiles.ts";
import { Settings, type SettingsInput } from "./settings.ts";
import type { Simulator } from "./simulator.ts";
import { OPERATIONS } from "./types.ts";

const ClockChange = z.strictObject({
  advanceSeconds: z.number().nonnegative(),
  setTo: z.iso.datetime(),
  skewSeconds: z.number(),
  frozen: z.boolean(),
}).partial();

const Chance = z.strictObject({
  /** A profile, the name of a ready-made one, or null to end it. */
  profile: z.union([
    ChanceProfile,
    z.enum(["mixed", "lost answers"]),
    z.null(),
  ]),
  seed: z.union([z.string(), z.number()]).default("1"),
});

const OutsideRun = z.strictObject({
  instanceId: z.string().optional(),
  workflowId: z.string().optional(),
  windowStart: z.string(),
  windowEnd: z.string(),
  timeZone: z.string().optional(),
  timeoutSeconds: z.number().int().optional(),
  parameterValues: z.record(z.string(), z.unknown()).optional(),
  runSeconds: z.number().nonnegative().optional(),
});

const Outcome = z.strictObject({
  windowStart: z.string(),
  status: z.string(),
  reason: z.string().nullable().optional(),
  instanceId: z.string().optional(),
  times: z.union([z.number().int().positive(), z.literal("always")]).optional(),
});

const Result = z.strictObject({
  windowStart: z.string(),
  result: Settings.shape.results.unwrap().partial().nullable(),
});

const Revoke = z.strictObject({
  credentialName: z.string(),
  revoked: z.boolean(),
}).partial();

const SavedWorkflow = z.looseObject({
  workflowId: z.string(),
  instanceId: z.string().optional(),
});

/**
 * Answers one control request.
 *
 * @returns 200 with JSON; 400 with the problem; 404 for an unknown name
 */
export function answerControl(
  simulator: Simulator,
  method: string,
  url: URL,
  body: Uint8Array,
): Reply {
  const name = url.pathname.slice("/_control/".length);
  try {
    const result = method === "GET"
      ? read(simulator, name, url)
      : act(simulator, name, body);
    return {
      status: 200,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(result ?? {}),
    };
  } catch (error) {
    if (error instanceof ApiError) {
      return errorReply(error.status, error.details);
    }
    const text = error instanceof Error ? error.message : String(error);
    return errorReply(400, text);
  }
}

function read(simulator: Simulator, name: string, url: URL): unknown {
  switch (name) {
    case "ledger":
      return simulator.ledger();
    case "requests": {
      const operation = url.searchParams.get("operation");
      if (operation === null) return simulator.requests();
      return simulator.requests(z.enum(OPERATIONS).parse(operation));
    }
    case "counts":
      return simulator.requestCounts();
    case "executions":
      return simulator.executions();
    case "faults":
      return simulator.firedFaults();
    case "instances":
      return simulator.instances();
    case "credentials":
      return simulator.credentials;
    case "clock":
      return clockOf(simulator);
    default:
      return unknownName(name);
  }
}

function act(simulator: Simulator, name: string, body: Uint8Array): unknown {
  const as = <T extends z.ZodType>(schema: T) => parseBody(schema, body);
  switch (name) {
    case "clock":
      return changeClock(simulator, as(ClockChange));
    case "script":
      return simulator.script(as(ScriptedFault));
    case "clear-script":
      return simulator.clearScript();
    case "chance": {
      const { profile, seed } = as(Chance);
      const made = profile === "mixed"
        ? mixedProfile()
        : profile === "lost answers"
        ? lostAnswersProfile()
        : profile;
      return simulator.chance(made, seed);
    }
    case "settings":
      return simulator.change(as(z.looseObject({})) as SettingsInput);
    case "cancel-outside": {
      const { executionId } = as(z.strictObject({ executionId: z.string() }));
      return { cancelled: simulator.cancelOutside(executionId) };
    }
    case "start-outside":
      return { executionId: simulator.startOutside(as(OutsideRun)) };
    case "outcome": {
      const { windowStart, status, ...options } = as(Outcome);
      return simulator.setOutcome(windowStart, status, options);
    }
    case "result": {
      const { windowStart, result } = as(Result);
      return simulator.setResult(windowStart, result);
    }
    case "workflow": {
      const { instanceId, ...workflow } = as(SavedWorkflow);
      return simulator.saveWorkflow(workflow, instanceId);
    }
    case "expire-tokens":
      return simulator.expireTokens();
    case "expire-links":
      return simulator.expireLinks();
    case "revoke": {
      const { credentialName, revoked } = as(Revoke);
      return simulator.revoke(credentialName, revoked);
    }
    default:
      return unknownName(name);
  }
}

function changeClock(
  { clock }: Simulator,
  change: z.output<typeof ClockChange>,
): unknown {
  if (change.frozen === true) clock.freeze();
  if (change.frozen === false) clock.thaw();
  if (change.setTo !== undefined) clock.setTo(new Date(change.setTo));
  if (change.advanceSeconds !== undefined) clock.advance(change.advanceSeconds);
  if (change.skewSeconds !== undefined) clock.skewSeconds = change.skewSeconds;
  return { now: new Date(clock.now()).toISOString() };
}

function clockOf({ clock }: Simulator): unknown {
  return {
    now: new Date(clock.now()).toISOString(),
    shown: new Date(clock.shown()).toISOString(),
    skewSeconds: clock.skewSeconds,
  };
}

function unknownName(name: string): never {
  throw new ApiError(404, `There is no control named ${name}.`);
}
