/**
 * Sign-up and changes of one's own account. A real project needs "Confirm email" off (`enable_confirmations = false`),
 * as supabase/config.toml has it: then a sign-up sends no mail and signs in at once.
 */
import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import { type Harness, openHarness } from "./support/harness.ts";

let harness: Harness;
Deno.test.beforeAll(async () => {
  harness = await openHarness();
});
Deno.test.afterAll(() => harness?.close());

const newAddress = () => `contract-${crypto.randomUUID()}@example.com`;
const newPassword = () => crypto.randomUUID();

Deno.test("sign-up makes a user and signs in at once", async () => {
  const [email, password] = [newAddress(), newPassword()];
  const client = harness.anon();
  const { data, error } = await harness.signUp(client, {
    email: email.toUpperCase(),
    password,
    options: { data: { team: "Acme" } },
  });
  equal(error, null);
  equal(data.user?.email, email);
  equal(data.user?.user_metadata.team, "Acme");
  equal(data.user?.identities?.length, 1);
  equal(data.user?.identities?.[0].provider, "email");
  equal(data.session?.user.id, data.user?.id);
  const context = await client.rpc("contract_context");
  deepEqual([context.data.role, context.data.uid], [
    "authenticated",
    data.user?.id,
  ]);
  const again = await harness.anon().auth.signInWithPassword({
    email,
    password,
  });
  equal(again.data.user?.id, data.user?.id);
});

Deno.test("sign-up with an address that is taken is user_already_exists", async () => {
  const { email, password } = await harness.user();
  const { data, error } = await harness.signUp(harness.anon(), {
    email,
    password: newPassword(),
  });
  deepEqual([error?.status, error?.code, error?.message], [
    422,
    "user_already_exists",
    "User already registered",
  ]);
  deepEqual([data.user, data.session], [null, null]);
  const old = await harness.anon().auth.signInWithPassword({ email, password });
  equal(old.error, null);
});

Deno.test("a password that is too short is weak_password, with the reason", async () => {
  const { error } = await harness.signUp(harness.anon(), {
    email: newAddress(),
    password: "short",
  });
  deepEqual([error?.status, error?.code], [422, "weak_password"]);
  match(error!.message, /^Password should be at least [0-9]+ characters\.$/);
  deepEqual((error as unknown as { reasons: string[] }).reasons, ["length"]);
});

Deno.test("a password beyond bcrypt's 72 bytes is validation_failed", async () => {
  const { error } = await harness.signUp(harness.anon(), {
    email: newAddress(),
    password: "x".repeat(73),
  });
  deepEqual([error?.status, error?.code], [400, "validation_failed"]);
});

Deno.test("sign-up without a password, or with no address, is validation_failed", async () => {
  for (
    const [email, password] of [[newAddress(), ""], [
      "no address",
      newPassword(),
    ]]
  ) {
    const { error } = await harness.signUp(harness.anon(), { email, password });
    deepEqual([error?.status, error?.code], [400, "validation_failed"]);
  }
});

Deno.test("anonymous sign-in and sign-up by phone are disabled", async () => {
  const anonymous = await harness.anon().auth.signInAnonymously();
  deepEqual([anonymous.error?.status, anonymous.error?.code], [
    422,
    "anonymous_provider_disabled",
  ]);
  const phone = await harness.signUp(harness.anon(), {
    phone: "15555550100",
    password: newPassword(),
  });
  deepEqual([phone.error?.status, phone.error?.code], [
    400,
    "phone_provider_disabled",
  ]);
});

Deno.test("a changed password signs in, the old one no longer", async () => {
  const { client, email, password, id } = await harness.user();
  const changed = newPassword();
  const { data, error } = await client.auth.updateUser({ password: changed });
  equal(error, null);
  equal(data.user?.id, id);
  const before = await harness.anon().auth.signInWithPassword({
    email,
    password,
  });
  equal(before.error?.code, "invalid_credentials");
  const after = await harness.anon().auth.signInWithPassword({
    email,
    password: changed,
  });
  equal(after.error, null);
});

Deno.test("a changed password ends the user's other sessions, and keeps the one that changed it", async () => {
  const { client, email, password } = await harness.user();
  const other = harness.anon();
  await other.auth.signInWithPassword({ email, password });
  const old = (await other.auth.getSession()).data.session!;
  equal(
    (await client.auth.updateUser({ password: newPassword() })).error,
    null,
  );

  const refreshed = await harness.anon().auth.refreshSession({
    refresh_token: old.refresh_token,
  });
  equal(refreshed.error?.code, "refresh_token_not_found");
  const user = await harness.request("/auth/v1/user", {
    headers: {
      apikey: harness.publishableKey,
      authorization: `Bearer ${old.access_token}`,
    },
  });
  deepEqual([user.status, (await user.json()).error_code], [
    403,
    "session_not_found",
  ]);
  // An access token is good until it expires: no session is asked about it under /rest/v1.
  const read = await harness.request("/rest/v1/contract_authors?select=id", {
    headers: {
      apikey: harness.publishableKey,
      authorization: `Bearer ${old.access_token}`,
    },
  });
  await read.body?.cancel();
  equal(read.status, 200);

  equal((await client.auth.getUser()).error, null);
  const own = (await client.auth.getSession()).data.session!;
  const { data, error } = await client.auth.refreshSession();
  equal(error, null);
  notEqual(data.session?.refresh_token, own.refresh_token);
});

Deno.test("the same password again is same_password, a weak one weak_password; both change nothing", async () => {
  const { client, email, password } = await harness.user();
  const same = await client.auth.updateUser({ password });
  deepEqual([same.error?.status, same.error?.code], [422, "same_password"]);
  const weak = await client.auth.updateUser({ password: "short" });
  deepEqual([weak.error?.status, weak.error?.code], [422, "weak_password"]);
  const after = await harness.anon().auth.signInWithPassword({
    email,
    password,
  });
  equal(after.error, null);
});

Deno.test("metadata is merged, and null takes a key away", async () => {
  const { client } = await harness.user();
  await client.auth.updateUser({ data: { a: 1, b: { c: 2 } } });
  const { data, error } = await client.auth.updateUser({
    data: { a: null, d: "x" },
  });
  equal(error, null);
  const { a, b, d } = data.user!.user_metadata;
  deepEqual([a, b, d], [undefined, { c: 2 }, "x"]);
});

Deno.test("a user may not change app_metadata, and nobody without a session anything", async () => {
  const { client } = await harness.user();
  const token = (await client.auth.getSession()).data.session!.access_token;
  const change = async (authorization: string) => {
    const response = await harness.request("/auth/v1/user", {
      method: "PUT",
      headers: {
        apikey: harness.publishableKey,
        authorization,
        "content-type": "application/json",
      },
      body: JSON.stringify({ app_metadata: { role: "admin" } }),
    });
    return [response.status, (await response.json()).error_code];
  };
  deepEqual(await change(`Bearer ${token}`), [403, "not_admin"]);
  equal((await change("Bearer not.a.token"))[0], 403);
});
