import { apiKey, type ReadVariable } from "../project.ts";
import { RequestError } from "./request_error.ts";

/**
 * Refuses a request that does not carry one of the project's secret keys in the header `apikey`.
 *
 * @param name the key's name: no other key will do
 * @throws RequestError 401 unauthorized; TypeError when the project has no such key
 */
export async function requireSecretKey(
  request: Request,
  name: string,
  read?: ReadVariable,
): Promise<void> {
  const expected = apiKey("secret", name, read);
  const sent = request.headers.get("apikey") ?? "";
  if (await isSame(sent, expected)) return;
  throw new RequestError(
    401,
    "unauthorized",
    `Expected the secret key named ${name} in the header apikey, got ${
      sent === "" ? "none" : "another"
    }.`,
  );
}

/** Compares digests, so that how long it takes tells nothing of how much of a key was guessed. */
async function isSame(a: string, b: string): Promise<boolean> {
  const digest = async (text: string) =>
    new Uint8Array(
      await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)),
    );
  const [left, right] = await Promise.all([digest(a), digest(b)]);
  return left.reduce((found, byte, i) => found | (byte ^ right[i]), 0) === 0;
}
