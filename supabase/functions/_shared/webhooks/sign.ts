/**
 * Signs a body: HMAC with SHA-256 of `<timestamp>.<body>`.
 *
 * @param timestamp seconds since 1970, as the header AMC-History-Timestamp has them
 * @returns the value of the header AMC-History-Signature
 */
export async function sign(
  key: string,
  timestamp: string,
  body: string,
): Promise<string> {
  const encoder = new TextEncoder();
  const secret = await crypto.subtle.importKey(
    "raw",
    encoder.encode(key),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  const mac = await crypto.subtle.sign(
    "HMAC",
    secret,
    encoder.encode(`${timestamp}.${body}`),
  );
  const digits = [...new Uint8Array(mac)].map((byte) =>
    byte.toString(16).padStart(2, "0")
  );
  return `v1=${digits.join("")}`;
}
