/**
 * AMC simulator: its HTTP server. It is built on node:http because faults need the socket: connections are
 * dropped before, after and in the middle of a response, and some are never answered.
 */
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import {
  decidesResponse,
  type Fault,
  nameFault,
  type RequestFacts,
} from "./faults.ts";
import { type Call, errorReply, type Reply } from "./http.ts";
import type { LedgerEntry, RequestEntry } from "./journal.ts";
import { withHeaders } from "./headers.ts";
import { handle, route } from "./routes.ts";
import { longBody, send, stream } from "./send.ts";
import {
  applyExecutionFaults,
  faultReply,
  preventsHandling,
} from "./apply_faults.ts";
import { applyReplyFaults } from "./change_replies.ts";
import type { SimulatorState } from "./state.ts";

/** The largest body that is read. */
const MAX_BODY_BYTES = 1024 * 1024;

/** Called when an API request has arrived, before it is handled; the server waits for it. */
export type Observer = (request: RequestEntry) => void | Promise<void>;

/** Answers a request to the control endpoint. */
export type ControlHandler = (
  method: string,
  url: URL,
  body: Uint8Array,
) => Reply | Promise<Reply>;

/** A running server. */
export class AmcServer {
  readonly #server: Server;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly observers = new Set<Observer>();

  constructor(
    private readonly state: SimulatorState,
    private readonly control: ControlHandler,
  ) {
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error) => {
        if (response.headersSent) return request.socket.destroy();
        const text = error instanceof Error ? error.message : String(error);
        send(response, errorReply(500, `The simulator failed: ${text}`));
      });
    });
    this.#server.keepAliveTimeout = 60_000;
  }

  /**
   * Listens on 127.0.0.1.
   *
   * @param port 0 for any free one
   * @returns the base URL
   * @throws Error when the port is taken
   */
  listen(port: number): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", (error: Error & { code?: string }) => {
        reject(
          error.code === "EADDRINUSE"
            ? new Error(
              `Port ${port} is taken: choose another, or 0 for a free one.`,
            )
            : error,
        );
      });
      this.#server.listen(port, "127.0.0.1", () => {
        const address = this.#server.address() as AddressInfo;
        resolve(`http://127.0.0.1:${address.port}`);
      });
    });
  }

  /** Stops the server and closes every connection, also those that wait for a response. */
  close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #serve(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const url = new URL(request.url ?? "/", this.state.url);
    const method = request.method ?? "GET";
    const body = await readBody(request);
    if (body === null) {
      return send(response, errorReply(413, "Body too large."));
    }
    if (url.pathname.startsWith("/_control/")) {
      return send(response, await this.#answerControl(request, url, body));
    }
    const { operation, params } = route(method, url.pathname);
    const query = operation === "download" ? null : url.search;
    const entry = this.state.journal.arrived(
      { method, path: url.pathname, query, operation },
      { ...params, ...(operation === "download" ? idsOfLink(url) : {}) },
    );
    for (const observer of this.observers) await observer(entry);
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers)) {
      if (value !== undefined) headers.set(name, String(value));
    }
    const call = { operation, method, url, headers, body, params };
    await this.#answer(call, entry, response);
  }

  async #answer(
    call: Call,
    entry: RequestEntry,
    response: ServerResponse,
  ): Promise<void> {
    const { state } = this;
    const faults = state.faults.choose({
      operation: call.operation,
      ...factsOf(state, call),
      ...namedOnly(entry),
    });
    entry.faults = faults.map(nameFault);
    for (const fault of faults) {
      if (fault.kind === "clock_skew") {
        state.clock.skewSeconds = Number(fault.seconds);
      }
    }
    const deciding = faults.find(decidesResponse);
    await this.#delay(faults, "before");
    let reply: Reply | null = null;
    let ledger: LedgerEntry | null = null;
    if (!deciding || !preventsHandling(deciding)) {
      const outcome = handle(state, call);
      if (outcome.created) {
        applyExecutionFaults(outcome.created, faults);
        ledger = state.journal.accepted(outcome.created);
        entry.executionId = outcome.created.executionId;
      }
      reply = applyReplyFaults(call, outcome.render(), faults);
    }
    await this.#delay(faults, "after");
    if (deciding) reply = faultReply(state, call, deciding) ?? reply;
    if (reply) reply = withHeaders(call, reply, state.settings.answers);
    this.#finish(response, reply, { deciding, faults, entry, ledger });
  }

  #finish(
    response: ServerResponse,
    reply: Reply | null,
    context: {
      deciding: Fault | undefined;
      faults: Fault[];
      entry: RequestEntry;
      ledger: LedgerEntry | null;
    },
  ): void {
    const { deciding, faults, entry, ledger } = context;
    const note = (answered: string) => {
      if (ledger) ledger.answered = answered;
    };
    if (deciding?.kind === "hang") return note("held back");
    if (deciding?.kind === "drop" && deciding.point !== "body") {
      note("dropped");
      response.socket?.destroy();
      return;
    }
    entry.status = reply!.status;
    response.sendDate = false;
    response.setHeader(
      "date",
      new Date(this.state.clock.shown()).toUTCString(),
    );
    if (deciding?.kind === "drop") {
      note("dropped in the body");
      return this.#sendHalf(response, reply!);
    }
    const odd = faults.find(({ kind }) => kind.endsWith("_execution_id"));
    note(odd ? `${reply!.status} ${nameFault(odd)}` : String(reply!.status));
    send(response, reply!);
  }

  /** Sends the headers and half of the body, then drops the connection. */
  #sendHalf(response: ServerResponse, reply: Reply): void {
    const { length, chunks } = longBody(reply.body);
    response.writeHead(reply.status, {
      ...reply.headers,
      "content-length": length,
    });
    const half = { length: Math.floor(length / 2), chunks };
    stream(response, half, () => response.socket?.destroy());
  }

  async #delay(faults: Fault[], when: "before" | "after"): Promise<void> {
    for (const fault of faults) {
      if (fault.kind !== "slow" || fault.when !== when) continue;
      await new Promise<void>((resolve) =>
        this.#later(Number(fault.seconds), resolve)
      );
    }
  }

  #later(seconds: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, seconds * 1000);
    this.#timers.add(timer);
  }

  /** The control endpoint serves this machine alone, and refuses web pages that a browser on it shows. */
  async #answerControl(
    request: IncomingMessage,
    url: URL,
    body: Uint8Array,
  ): Promise<Reply> {
    const remote = request.socket.remoteAddress ?? "";
    const local = ["127.0.0.1", "::1", "::ffff:127.0.0.1"].includes(remote) &&
      ["127.0.0.1", "localhost"].includes(
        (request.headers.host ?? "").replace(/:\d+$/, ""),
      ) && request.headers.origin === undefined;
    if (!local) return errorReply(403, "The control endpoint is local only.");
    return await this.control(request.method ?? "GET", url, body);
  }
}

async function readBody(request: IncomingMessage): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  const body = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}

function idsOfLink(url: URL): { instanceId?: string; executionId?: string } {
  const [, , , instanceId, executionId] = url.pathname.split("/");
  return { instanceId, executionId };
}

function namedOnly(entry: RequestEntry) {
  const { instanceId, executionId } = entry;
  return {
    ...(instanceId === null ? {} : { instanceId }),
    ...(executionId === null ? {} : { executionId }),
  };
}

/** What a request names, so that a script can choose it: in its body for a create, else in its path. */
function factsOf(
  state: SimulatorState,
  call: Call,
): Pick<RequestFacts, "workflowId" | "windowStart" | "dryRun"> {
  const { workflowId, executionId } = call.params;
  if (workflowId !== undefined) return { workflowId };
  const execution = state.executions.get(executionId ?? "");
  if (execution) {
    const { workflowId, windowStart, dryRun } = execution;
    return { workflowId, windowStart: windowStart ?? undefined, dryRun };
  }
  if (!["createExecution", "createWorkflow"].includes(call.operation)) {
    return {};
  }
  try {
    const body = JSON.parse(new TextDecoder().decode(call.body));
    return {
      workflowId: body.workflowId ?? body.workflow?.workflowId,
      windowStart: body.timeWindowStart,
      dryRun: body.dryRun === true,
    };
  } catch {
    return {};
  }
}
