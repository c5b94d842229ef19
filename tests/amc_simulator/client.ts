/** A plain fetch client for the tests of the AMC simulator: it adds the headers and judges nothing. */
import {
  DEMO_WORKFLOW,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from "../../local/amc/mod.ts";

/** The window of most tests. */
export const WEEK = {
  workflowId: "weekly",
  timeWindowType: "EXPLICIT",
  timeWindowStart: "2024-01-20T00:00:00",
  timeWindowEnd: "2024-01-27T00:00:00",
  timeWindowTimeZone: "America/New_York",
};

/** An answer with its body read. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // deno-lint-ignore no-explicit-any
  json: any;
}

/** Talks to one simulator with a token of its own. */
export class Client {
  #token = "";
  /**
   * A connection per request: on a connection that was used before, Deno's fetch sends a request again, also a
   * POST, when the server closes it without an answer. Faults would then be met twice.
   */
  #http = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });

  constructor(readonly amc: Simulator) {}

  /** The headers that AMC requires. */
  headers(): Record<string, string> {
    const [instance] = this.amc.instances();
    return {
      authorization: `Bearer ${this.#token}`,
      "amazon-advertising-api-clientid": this.amc.credential.clientId,
      "amazon-advertising-api-advertiserid": instance.entityId,
      "amazon-advertising-api-marketplaceid": instance.marketplaceId,
      "content-type": "application/json",
    };
  }

  /** Gives its connections up. */
  close(): void {
    this.#http.close();
  }

  /** Asks for a token. */
  async login(changes: Record<string, string> = {}): Promise<Answer> {
    const { clientId, clientSecret, refreshToken } = this.amc.credential;
    const answer = await read(
      await fetch(this.amc.tokenUrl, {
        method: "POST",
        body: new URLSearchParams({
          grant_type: "refresh_token",
          refresh_token: refreshToken,
          client_id: clientId,
          client_secret: clientSecret,
          ...changes,
        }),
      }),
    );
    if (answer.status === 200) this.#token = answer.json.access_token;
    return answer;
  }

  /** Sends a request below /amc/reporting/{the first instance}. */
  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = this.headers(),
    signal?: AbortSignal,
  ): Promise<Answer> {
    const { instanceId } = this.amc.instances()[0];
    const response = await fetch(
      `${this.amc.url}/amc/reporting/${instanceId}${path}`,
      {
        method,
        client: this.#http,
        headers,
        signal,
        redirect: "manual",
        body: body === undefined ? undefined : JSON.stringify(body),
      },
    );
    return await read(response);
  }

  /** Creates an execution of the usual week, with changes. */
  create(changes: Record<string, unknown> = {}): Promise<Answer> {
    return this.send("POST", "/workflowExecutions", { ...WEEK, ...changes });
  }

  /** Gets an execution. */
  get(executionId: string): Promise<Answer> {
    return this.send("GET", `/workflowExecutions/${executionId}`);
  }

  /** Lists executions. */
  list(query: Record<string, string>): Promise<Answer> {
    return this.send(
      "GET",
      `/workflowExecutions?${new URLSearchParams(query)}`,
    );
  }

  /** The statuses of all executions of the workflow, oldest first. */
  async statuses(): Promise<string[]> {
    const { json } = await this.list({
      workflowId: "weekly",
      sortAscending: "true",
      includeCancelled: "true",
    });
    return json.executions.map(({ status }: { status: string }) => status);
  }

  /** The links of an execution that is run to its end first. */
  async links(executionId: string): Promise<string[]> {
    this.amc.clock.advance(3600);
    const { json } = await this.send(
      "GET",
      `/workflowExecutions/${executionId}/downloadUrls`,
    );
    return json.downloadUrls;
  }
}

/** Reads a response whole. */
export async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  let json = null;
  try {
    json = JSON.parse(text);
  } catch {
    // Not JSON: the test looks at the text.
  }
  return { status: response.status, headers: response.headers, text, json };
}

/** Runs a test against a fresh simulator with a frozen clock, the usual workflow, and a client with a token. */
export async function withAmc(
  options: SimulatorOptions,
  test: (client: Client, amc: Simulator) => Promise<void>,
): Promise<void> {
  const amc = await startSimulator({
    workflows: [{ ...DEMO_WORKFLOW, workflowId: "weekly" }],
    execution: { pendingSeconds: 10, runSeconds: 60 },
    // The weeks of the tests are of any year.
    retention: { months: null },
    ...options,
  });
  amc.clock.freeze();
  const client = new Client(amc);
  try {
    await client.login();
    await test(client, amc);
  } finally {
    client.close();
    await amc.stop();
  }
}
