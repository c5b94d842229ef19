import assert from "node:assert/strict";
import * as jose from "jose";
import { createAuthenticate } from "../_shared/http/authentication.ts";
import { RequestError } from "../_shared/http/request_error.ts";

const ID = "7d0f7a0e-54c2-4a8f-9a2e-3f6b1d1f2c11";
const keys = await jose.generateKeyPair("ES256", { extractable: true });
const other = await jose.generateKeyPair("ES256", { extractable: true });
const jwk = {
  ...await jose.exportJWK(keys.publicKey),
  kid: "current",
  alg: "ES256",
};
const secret = {
  kty: "oct",
  kid: "shared",
  alg: "HS256",
  k: "c2VjcmV0LXNlY3JldA",
};
const environment: Record<string, string> = {
  SUPABASE_URL: "http://localhost:54321",
  SUPABASE_JWKS: JSON.stringify({ keys: [jwk, secret] }),
};

interface Claims {
  sub?: unknown;
  expires?: string;
}

function tokenOf({ sub = ID, expires = "1 hour" }: Claims = {}) {
  return new jose.SignJWT({ sub: sub as string, role: "authenticated" })
    .setExpirationTime(expires);
}

const signed = (claims?: Claims) =>
  tokenOf(claims).setProtectedHeader({ alg: "ES256", kid: "current" })
    .sign(keys.privateKey);

function ask(
  authorization: string | null,
  read: Record<string, string> = environment,
) {
  const headers: HeadersInit = authorization === null
    ? {}
    : { Authorization: authorization };
  const request = new Request("http://localhost/", { headers });
  return createAuthenticate((name) => read[name])(request);
}

async function refusalOf(authorization: string | null): Promise<RequestError> {
  try {
    await ask(authorization);
  } catch (error) {
    assert.ok(error instanceof RequestError, String(error));
    return error;
  }
  assert.fail(`${authorization} was taken`);
}

Deno.test("a token that the project signed tells the user, and is handed on", async () => {
  const token = await signed();
  assert.deepEqual(await ask(`Bearer ${token}`), { id: ID, token });
});

Deno.test("a key set may be a list alone", async () => {
  const token = await signed();
  const read = { ...environment, SUPABASE_JWKS: JSON.stringify([jwk]) };
  assert.equal((await ask(`Bearer ${token}`, read)).id, ID);
});

Deno.test("a token signed with the project's shared secret is taken", async () => {
  const token = await tokenOf()
    .setProtectedHeader({ alg: "HS256", kid: "shared" })
    .sign(jose.base64url.decode(secret.k));
  assert.equal((await ask(`Bearer ${token}`)).id, ID);
});

const unsigned = (header: object) =>
  [header, { sub: ID }].map((part) =>
    jose.base64url.encode(JSON.stringify(part))
  )
    .join(".") + ".";

/** What is sent, and what the message says of it. */
const REFUSED: [string, () => string | null | Promise<string>, RegExp][] = [
  ["no header", () => null, /without one/],
  ["an empty token", () => "Bearer ", /without one/],
  ["another scheme", async () => `Basic ${await signed()}`, /without one/],
  ["a token and more", async () => `Bearer ${await signed()} x`, /without one/],
  ["an API key", () => "Bearer sb_secret_abc", /did not issue/],
  ["a text", () => "Bearer abc.def.ghi", /did not issue/],
  [
    "no signature",
    () => `Bearer ${unsigned({ alg: "none" })}`,
    /did not issue/,
  ],
  [
    "no signature under the key's name",
    () => `Bearer ${unsigned({ alg: "none", kid: "current" })}`,
    /did not issue/,
  ],
  [
    "a token that has expired",
    async () => `Bearer ${await signed({ expires: "1 minute ago" })}`,
    /expired/,
  ],
  [
    "a token of nobody",
    async () => `Bearer ${await signed({ sub: 7 })}`,
    /did not issue/,
  ],
  [
    "another key's signature",
    async () =>
      `Bearer ${await tokenOf().setProtectedHeader({
        alg: "ES256",
        kid: "current",
      })
        .sign(other.privateKey)}`,
    /did not issue/,
  ],
  [
    "a key that the project does not have",
    async () =>
      `Bearer ${await tokenOf().setProtectedHeader({
        alg: "ES256",
        kid: "gone",
      })
        .sign(other.privateKey)}`,
    /did not issue/,
  ],
  [
    "the public key used as a shared secret",
    async () =>
      `Bearer ${await tokenOf().setProtectedHeader({
        alg: "HS256",
        kid: "current",
      })
        .sign(new TextEncoder().encode(JSON.stringify(jwk)))}`,
    /did not issue/,
  ],
  [
    "another shared secret",
    async () =>
      `Bearer ${await tokenOf().setProtectedHeader({
        alg: "HS256",
        kid: "shared",
      })
        .sign(new TextEncoder().encode("another-secret-altogether"))}`,
    /did not issue/,
  ],
];

for (const [what, authorization, message] of REFUSED) {
  Deno.test(`${what} is refused as unauthorized, and the message does not quote it`, async () => {
    const sent = await authorization();
    const refusal = await refusalOf(sent);
    assert.deepEqual([refusal.status, refusal.code], [401, "unauthorized"]);
    assert.match(refusal.message, message);
    const token = sent?.split(" ")[1];
    if (token) assert.ok(!refusal.message.includes(token));
  });
}

Deno.test("keys that are not set are read from the project's address, over TLS or from this machine only", async () => {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) =>
      new URL(request.url).pathname === "/auth/v1/.well-known/jwks.json"
        ? Response.json({ keys: [jwk] })
        : new Response(null, { status: 404 }),
  );
  const bearer = `Bearer ${await signed()}`;
  const local = { SUPABASE_URL: `http://127.0.0.1:${server.addr.port}` };
  assert.equal((await ask(bearer, local)).id, ID);
  await assert.rejects(
    ask(bearer, { SUPABASE_URL: "http://project.example.com" }),
    /https/,
  );
  // Where the platform calls itself by an address of its own network, it names the public one too, or that of the keys.
  const inside = { SUPABASE_URL: "http://kong:8000" };
  const open = { ...inside, SUPABASE_PUBLIC_URL: local.SUPABASE_URL };
  assert.equal((await ask(bearer, open)).id, ID);
  const jwks = `${local.SUPABASE_URL}/auth/v1/.well-known/jwks.json`;
  const named = { ...inside, SUPABASE_JWKS_URL: jwks };
  assert.equal((await ask(bearer, named)).id, ID);
});

Deno.test("keys that cannot be read are no fault of the caller's", async () => {
  const bearer = `Bearer ${await signed()}`;
  const environments: Record<string, string>[] = [
    { ...environment, SUPABASE_JWKS: "{" },
    { ...environment, SUPABASE_JWKS: '{"keys": 1}' },
    { SUPABASE_URL: "http://127.0.0.1:1" },
    {},
  ];
  for (const read of environments) {
    await assert.rejects(
      ask(bearer, read),
      (error) => !(error instanceof RequestError),
    );
  }
});
