import { AddressError, checkAddress, type Resolve } from "./addresses.ts";

/** What became of a POST; the words have no part of the address but its host, unless the answer repeats one. */
export interface Outcome {
  accepted: boolean;
  status?: number;
  code?: string;
  words: string;
  /** Whether there was more of the answer than was read: its last words may be half a secret. */
  isCut?: boolean;
}

/** How a webhook is called. */
export interface PostOptions {
  /** Hosts that may be called though they are not public, also by http. */
  hosts: readonly string[];
  resolve: Resolve;
  /** How long all of it may take, from the look-up of the name to the answer. */
  timeoutMs: number;
}

const ANSWER_BYTES = 65_536;
/** How much of an answer is read as words. Whoever knows the secrets takes them out, and then cuts: half a secret is not found. */
const ANSWER_CHARACTERS = 4_000;

/** POSTs a body to a webhook. Never throws. */
export async function post(
  address: string,
  headers: Record<string, string>,
  body: string,
  { hosts, resolve, timeoutMs }: PostOptions,
): Promise<Outcome> {
  const signal = AbortSignal.timeout(timeoutMs);
  const over = new Promise<never>((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason))
  );
  over.catch(() => {});
  try {
    return await Promise.race([
      postTo(address, headers, body, hosts, resolve, signal),
      over,
    ]);
  } catch (error) {
    if (signal.aborted) {
      return refused("timed_out", `It gave no answer within ${timeoutMs} ms.`);
    }
    if (error instanceof AddressError) {
      return refused(error.code, error.message);
    }
    // Its message names the whole address.
    const reason = (error as Error).message.replace(/ ?for url \(.*?\)/, "");
    return refused("not_reached", `It was not reached: ${reason}`);
  }
}

function refused(
  code: string,
  words: string,
  status?: number,
  isCut = false,
): Outcome {
  return { accepted: false, status, code, words, isCut };
}

async function postTo(
  address: string,
  headers: Record<string, string>,
  body: string,
  hosts: readonly string[],
  resolve: Resolve,
  signal: AbortSignal,
): Promise<Outcome> {
  if (!URL.canParse(address)) {
    throw new AddressError("address_refused", "Its address is no URL.");
  }
  const url = new URL(address);
  await checkAddress(url, hosts, resolve, signal);
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body,
    // One could lead anywhere.
    redirect: "manual",
    signal,
  });
  const { status, ok } = response;
  if (ok) {
    await response.body?.cancel();
    return { accepted: true, status, words: `Accepted with status ${status}.` };
  }
  const isRedirect = status >= 300 && status < 400;
  const { text, isCut } = await readSome(response);
  const said = wordsOf(text);
  return refused(
    isRedirect ? "redirected" : `http_${status}`,
    `It answered with status ${status}${
      isRedirect ? ", a redirect, which is not followed" : ""
    }: ${said || "no words"}`,
    status,
    isCut,
  );
}

/** The first bytes of an answer as text; what follows is not read. */
async function readSome(
  response: Response,
): Promise<{ text: string; isCut: boolean }> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    bytes += chunk.length;
    // Leaving the loop cancels the answer.
    if (bytes >= ANSWER_BYTES || text.length >= ANSWER_CHARACTERS) {
      return { text, isCut: true };
    }
  }
  return { text, isCut: false };
}

function wordsOf(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ").trim();
}
