import type {
  RuntimeOptions,
} from "../../../supabase/functions/_shared/amc/mod.ts";
import { type Call, type Reply } from "../../../local/amc/http.ts";
import { handle, route } from "../../../local/amc/routes.ts";
import { longBody } from "../../../local/amc/send.ts";
import { SimulatorState } from "../../../local/amc/state.ts";
import type { SettingsInput } from "../../../local/amc/settings.ts";
import type { Credential, Execution } from "../../../local/amc/types.ts";

/** Where the simulator seems to listen; nothing leaves this process. */
export const AMC_URL = "http://amc.localhost";
export const TOKEN_URL = `${AMC_URL}/auth/o2/token`;
export const RESULT_HOST = "amc.localhost";

/** An instance with the credential that opens it. */
export interface ServedInstance {
  instanceId: string;
  entityId: string;
  marketplaceId: string;
  credential: Credential;
}

/** What a request is about, as far as it says so. */
export interface About {
  call: Call;
  instanceId: string | undefined;
  workflowId: string | undefined;
  /** The execution that it names, if AMC has it. */
  execution: Execution | undefined;
  /** The window that a create asks for. */
  windowStart: string | undefined;
  dryRun: boolean;
}

/** What AMC, or something before it, answers. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Uint8Array | string;
  /** Breaks off after so many bytes of the body. */
  breaksAfter?: number;
}

/** Instead of an answer: no response comes, or the connection ends. */
export type NoAnswer = "hang" | "drop";

/** What stands between the client and AMC. */
export interface Interference {
  /** What is answered although AMC never sees the request; undefined: AMC sees it. */
  before(about: About): Answer | NoAnswer | undefined;
  /** Lets an execution that was just created go otherwise. */
  created(execution: Execution): void;
  /** What becomes of AMC's own answer. */
  after(about: About, answer: Answer): Answer | NoAnswer;
}

/** The simulator behind a `fetch` of this process, on a clock that only moves by hand. */
export class VirtualAmc {
  readonly state: SimulatorState;
  /** The creates that AMC accepted, in order. */
  readonly created: Execution[] = [];
  /** The creates that AMC was sent, by `instance window`. */
  readonly posts = new Map<string, number>();
  #lastTimer: (() => void) | null = null;

  constructor(
    instances: readonly ServedInstance[],
    settings: SettingsInput,
    private readonly interference: Interference,
    begin: number,
  ) {
    const credentials = instances.map(({ credential }) => credential);
    this.state = new SimulatorState(credentials, settings);
    this.state.url = AMC_URL;
    for (const { credential, ...instance } of instances) {
      this.state.addInstance({
        ...instance,
        name: instance.instanceId,
        credentials: [credential.name],
        termsAccepted: true,
      });
    }
    const { clock } = this.state;
    clock.freeze();
    clock.skewSeconds = (begin - clock.now()) / 1000;
  }

  get now(): number {
    return this.state.clock.shown();
  }

  /** What the client takes in place of the platform's own. Waits between its tries take no time. */
  runtime(): RuntimeOptions {
    return {
      fetch: (input, init) => this.#fetch(String(input), init ?? {}),
      now: () => this.now,
      wallNow: () => this.now,
      random: () => 0.5,
      wait: () => Promise.resolve(),
      startTimer: (_ms, fire) => {
        this.#lastTimer = fire;
        return () => {};
      },
    };
  }

  // The client starts a request's timer right before it calls fetch.
  async #fetch(address: string, init: RequestInit): Promise<Response> {
    const timeOut = this.#lastTimer!;
    const url = new URL(address);
    const about = await this.#read(url, init);
    const answer = this.#answer(about);
    if (answer === "drop") throw new TypeError("connection reset");
    if (answer === "hang") {
      timeOut();
      throw init.signal?.reason ?? new TypeError("timed out");
    }
    const { status, headers, body, breaksAfter } = answer;
    const bytes = typeof body === "string"
      ? new TextEncoder().encode(body)
      : body;
    const empty = status === 204 || status === 304;
    return new Response(
      empty ? null : ReadableStream.from(piecesOf(bytes, breaksAfter)),
      { status, headers },
    );
  }

  async #read(url: URL, init: RequestInit): Promise<About> {
    const method = init.method ?? "GET";
    const { operation, params } = route(method, url.pathname);
    const body = init.body instanceof Blob
      ? new Uint8Array(await init.body.arrayBuffer())
      : new TextEncoder().encode(String(init.body ?? ""));
    const call: Call = {
      operation,
      method,
      url,
      headers: new Headers(init.headers),
      body,
      params,
    };
    const [, , , instance, id] = url.pathname.split("/");
    const download = operation === "download";
    const execution = this.state.executions.get(
      (download ? id : params.executionId) ?? "",
    );
    const sent = operation === "createExecution" ||
        operation === "createWorkflow"
      ? JSON.parse(new TextDecoder().decode(body))
      : {};
    return {
      call,
      instanceId: download ? instance : params.instanceId,
      execution,
      workflowId: params.workflowId ?? sent.workflowId ??
        execution?.workflowId,
      windowStart: sent.timeWindowStart,
      dryRun: sent.dryRun === true || execution?.dryRun === true,
    };
  }

  #answer(about: About): Answer | NoAnswer {
    if (about.call.operation === "createExecution" && !about.dryRun) {
      const key =
        `${about.instanceId} ${about.workflowId} ${about.windowStart}`;
      this.posts.set(key, (this.posts.get(key) ?? 0) + 1);
    }
    const instead = this.interference.before(about);
    if (instead !== undefined) return instead;
    const outcome = handle(this.state, about.call);
    if (outcome.created !== null && !outcome.created.dryRun) {
      this.created.push(outcome.created);
      this.interference.created(outcome.created);
    }
    return this.interference.after(about, this.#whole(outcome.render()));
  }

  #whole({ status, headers, body }: Reply): Answer {
    const shared = {
      ...headers,
      date: new Date(this.now).toUTCString(),
    };
    if (typeof body === "string") return { status, headers: shared, body };
    const { length, chunks } = longBody(body);
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const chunk of chunks) {
      const part = chunk.subarray(0, length - at);
      bytes.set(part, at);
      at += part.length;
    }
    const sized = { ...shared, "content-length": String(length) };
    return { status, headers: sized, body: bytes };
  }
}

function* piecesOf(bytes: Uint8Array, breaksAfter = Infinity) {
  if (breaksAfter > bytes.length) {
    if (bytes.length > 0) yield bytes;
    return;
  }
  if (breaksAfter > 0) yield bytes.subarray(0, breaksAfter);
  throw new TypeError("connection reset");
}
