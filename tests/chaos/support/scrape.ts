/** What asks health and metrics all the while, as an uptime monitor and Prometheus do. */
import assert from "node:assert/strict";
import { eventually } from "../../support/eventually.ts";
import { parseOpenMetrics } from "../../worker/support/open_metrics.ts";

const EVERY_MS = 2_000;
/** Only what never ends takes so long: metrics give up after 30 s, and a process starts in some more. */
const ANSWER_TIMEOUT_MS = 180_000;

interface Answer {
  status: number;
  text: string;
  headers: string;
}

/** Asks both functions again and again. */
export class Scraper {
  #stopped = false;
  #wrong: string[] = [];
  readonly #answers: Record<string, number> = {};
  readonly #running: Promise<unknown>;

  /**
   * @param url where the functions are
   * @param token opens metrics
   * @param secrets what no answer may have in it
   */
  constructor(
    private readonly url: string,
    private readonly token: string,
    private readonly secrets: () => string[],
  ) {
    this.#running = Promise.all([
      this.#ask("health", checkHealth),
      this.#ask("metrics", checkMetrics),
    ]);
  }

  async #ask(name: string, check: (answer: Answer) => void): Promise<void> {
    while (!this.#stopped) {
      const answer = await this.#get(name);
      const what = `${name} ${answer?.status ?? "not reached"}`;
      this.#answers[what] = (this.#answers[what] ?? 0) + 1;
      if (answer !== null) this.#check(name, answer, check);
      await new Promise((done) => setTimeout(done, EVERY_MS));
    }
  }

  #check(name: string, answer: Answer, check: (answer: Answer) => void): void {
    const { status, text, headers } = answer;
    try {
      for (const secret of this.secrets()) {
        assert.ok(!`${headers}${text}`.includes(secret), "it has a secret");
      }
      if (!isOfPlatform(answer)) check(answer);
    } catch (error) {
      this.#wrong.push(
        `${name} ${status} ${text.slice(0, 500)}: ${(error as Error).message}`,
      );
    }
  }

  /** @returns null while nobody listens: the process that stands for the platform is started again */
  async #get(name: string): Promise<Answer | null> {
    const Authorization = `Bearer ${this.token}`;
    try {
      const answer = await fetch(`${this.url}/functions/v1/${name}`, {
        headers: name === "metrics" ? { Authorization } : {},
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      });
      const text = await answer.text();
      const headers = JSON.stringify([...answer.headers]);
      return { status: answer.status, text, headers };
    } catch (error) {
      if ((error as Error).name === "TimeoutError") {
        this.#wrong.push(`${name} gave no answer in ${ANSWER_TIMEOUT_MS} ms`);
      }
      return null;
    }
  }

  /** Asks no more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  /** Asserts that all answers were sound, and that in the end both functions say that all is well. */
  async prove(): Promise<void> {
    for (const name of ["health", "metrics"]) {
      await eventually(
        `${name} with status 200, of ${JSON.stringify(this.#answers)}`,
        async () => (await this.#get(name))?.status === 200,
        300,
      );
    }
    await this.stop();
    assert.deepEqual(this.#wrong, [], "each answer is sound");
  }
}

/** Whether the platform itself answers, because the function's process is starting or was killed. */
function isOfPlatform({ status, text }: Answer): boolean {
  return (status === 502 || status === 503) &&
    /^\{"code":"[A-Z_]+","message":"/.test(text);
}

function checkHealth({ status, text }: Answer): void {
  const health = JSON.parse(text);
  assert.deepEqual(Object.keys(health).sort(), ["reasons", "status"]);
  assert.equal(status, health.status === "ok" ? 200 : 503);
  assert.equal(health.status === "ok", health.reasons.length === 0);
  for (const { code, words } of health.reasons) {
    assert.ok(/^[a-z_]+$/.test(code) && words.length > 0);
  }
}

function checkMetrics({ status, text }: Answer): void {
  if (status === 200) {
    assert.ok(parseOpenMetrics(text).has("amc_history_instance_state"));
    return;
  }
  assert.equal(status, 500);
  assert.equal(JSON.parse(text).error.code, "internal_error");
}
