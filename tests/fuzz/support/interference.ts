import { oddEntries } from "../../../local/amc/odd_entries.ts";
import { applyReplyFaults } from "../../../local/amc/change_replies.ts";
import { answerOf, type Endpoint } from "./answers.ts";
import type { Fault } from "./cases.ts";
import { FILES, LINKS, PAGES, withBody } from "./shapes.ts";
import {
  type About,
  type Answer,
  type Interference,
  type NoAnswer,
} from "./virtual_amc.ts";

type Counted = Fault & { times: number };

/** The instance that is hit, its workflow and the client id of its credential. */
interface Hit {
  instanceId: string;
  workflowId: string;
  clientId: string;
}

/**
 * What a case's faults make of the requests: those that belong to one collection meet only the hit one's workflow, the others
 * the whole hit instance.
 */
export function interfere(
  faults: readonly Fault[],
  hit: Hit,
): Interference & { lift(): void } {
  const left = new Map<Fault, number>();
  let lifted = false;
  for (const fault of faults) {
    if ("times" in fault) left.set(fault, fault.times);
  }
  const changes = { hit, odd: oddEntries() };
  const take = (fault: Counted): boolean => {
    const times = left.get(fault)!;
    left.set(fault, times - 1);
    return times > 0 && !lifted;
  };
  const hidden = faults.some((fault) =>
    fault.kind === "answer" && fault.endpoint === "getExecution"
  );
  const chosen = (about: About): Fault[] =>
    faults.filter((fault) => concerns(fault, about, hit));
  return {
    before(about) {
      for (const fault of chosen(about)) {
        if (fault.kind !== "answer" || fault.handled) continue;
        if (fault.body === "as it came") continue;
        if (take(fault)) return answerOf(fault, undefined);
      }
      return undefined;
    },
    created(execution) {
      const { instanceId, workflowId } = execution;
      if (instanceId !== hit.instanceId || workflowId !== hit.workflowId) {
        return;
      }
      for (const fault of faults) {
        if (fault.kind !== "course" || !take(fault)) continue;
        execution.plan.outcome = fault.status;
        execution.plan.reason = "Words of AMC";
        execution.plan.runSeconds = fault.seconds;
      }
    },
    after(about, own) {
      let answer: Answer | NoAnswer = own;
      if (hidden && !lifted && endpointOf(about) === "listExecutions") {
        answer = hide(answer as Answer, hit.workflowId);
      }
      for (const fault of chosen(about)) {
        if (typeof answer === "string" || !("times" in fault)) break;
        if (!mayChange(fault as Counted, about, answer)) continue;
        if (!take(fault as Counted)) continue;
        answer = changed(fault as Counted, about, answer, changes);
      }
      return answer;
    },
    /** From now on nothing is odd any more. */
    lift() {
      lifted = true;
    },
  };
}

/** Whether a fault changes this answer, if its turn has come. */
function mayChange(fault: Counted, about: About, own: Answer): boolean {
  if (fault.kind === "answer") {
    return fault.handled || fault.body === "as it came";
  }
  if (own.status < 200 || own.status >= 300) return false;
  if (fault.kind === "break") return !about.call.headers.has("range");
  return ["entry", "page", "links", "file"].includes(fault.kind);
}

/** The answer that a fault makes of AMC's own. */
function changed(
  fault: Counted,
  about: About,
  own: Answer,
  { hit, odd }: { hit: Hit; odd: Record<string, string> },
): Answer | NoAnswer {
  switch (fault.kind) {
    case "answer":
      return answerOf(fault, own);
    case "entry":
      return withEntry(own, about, odd[fault.name], fault.whose, hit);
    case "page":
      return withBody(own, PAGES[fault.name](JSON.parse(own.body as string)));
    case "links":
      return withBody(
        own,
        JSON.stringify(
          LINKS[fault.name](JSON.parse(own.body as string).downloadUrls),
        ),
      );
    case "file": {
      const { "accept-ranges": _, ...headers } = own.headers;
      return withBody({ ...own, headers }, FILES[fault.name]);
    }
    case "break":
      return { ...own, breaksAfter: fault.after };
    default:
      return own;
  }
}

/** The list with an odd entry, or with what is odd about it in the hit workflow's own entries. */
function withEntry(
  own: Answer,
  about: About,
  text: string,
  whose: Extract<Fault, { kind: "entry" }>["whose"],
  { workflowId }: Hit,
): Answer {
  const fault = whose === "another's"
    ? { kind: "list_entries" as const, entries: [text], at: "first" as const }
    : {
      kind: "show_fields" as const,
      fields: membersOf(text),
      missing: [],
      only: { workflowId },
    };
  return { ...own, ...textOf(applyReplyFaults(about.call, own, [fault])) };
}

function textOf({ body }: { body: unknown }): { body: string } {
  return { body: body as string };
}

/** The one field of an odd entry that is odd, as a JSON text; none of an entry that is no object. */
function membersOf(text: string): Record<string, string> {
  const usual = new Set([
    "executionCategory",
    "workflowId",
    "workflowExecutionId",
    "createTime",
    "status",
    "workflowExecutionTimeoutSeconds",
  ]);
  const values = new Map<string, string>();
  const member = /"([A-Za-z]+)":("(?:[^"\\]|\\.)*"|[^",{}[\]]+)(?=[,}])/g;
  for (const [, name, value] of text.matchAll(member)) values.set(name, value);
  const odd = [...values].filter(([name, value]) =>
    !usual.has(name) ||
    ["createTime", "status", "workflowExecutionTimeoutSeconds"].includes(
        name,
      ) &&
      !/^("RUNNING"|21600|"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ")$/.test(value)
  );
  return Object.fromEntries(odd);
}

/** The list without the executions of a workflow. */
function hide(own: Answer, workflowId: string): Answer {
  if (own.status !== 200) return own;
  const page = JSON.parse(own.body as string);
  const executions = page.executions.filter((execution: {
    workflowId: string;
  }) => execution.workflowId !== workflowId);
  return withBody(own, JSON.stringify({ ...page, executions }));
}

/** The kind of a request. */
function endpointOf({ call, dryRun }: About): Endpoint | null {
  const { operation } = call;
  if (operation === "createExecution" && dryRun) return "dryRun";
  return operation as Endpoint;
}

function concerns(
  fault: Fault,
  about: About,
  hit: Hit,
): boolean {
  const endpoint = endpointOf(about);
  if (endpoint === "token") {
    const form = new URLSearchParams(new TextDecoder().decode(about.call.body));
    return fault.kind === "answer" && fault.endpoint === "token" &&
      form.get("client_id") === hit.clientId;
  }
  if (about.instanceId !== hit.instanceId) return false;
  if (endpoint === "listExecutions") {
    return fault.kind === "answer" && fault.endpoint === endpoint ||
      fault.kind === "entry" || fault.kind === "page";
  }
  if (about.workflowId !== hit.workflowId) return false;
  switch (fault.kind) {
    case "answer":
      return fault.endpoint === endpoint &&
        (endpoint !== "download" || !about.call.headers.has("range"));
    case "links":
      return endpoint === "downloadUrls";
    case "file":
    case "break":
      return endpoint === "download";
    default:
      return false;
  }
}
