import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { MIN_PASSWORD_LENGTH } from "../../../local/platform/api/auth_password.ts";
import { keys, openApi, type TestApi } from "../support/api.ts";

let test: TestApi;
Deno.test.beforeAll(async () => {
  test = await openApi();
});
Deno.test.afterAll(() => test?.close());

async function send(
  method: string,
  path: string,
  body: Record<string, unknown>,
  token = keys.publishable,
) {
  const response = await fetch(`${test.api.url}/auth/v1/${path}`, {
    method,
    headers: { apikey: keys.publishable, authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

Deno.test("the shortest password is that of supabase/config.toml", async () => {
  const config = await Deno.readTextFile("supabase/config.toml");
  equal(
    Number(/^minimum_password_length = ([0-9]+)$/m.exec(config)?.[1]),
    MIN_PASSWORD_LENGTH,
  );
});

Deno.test("of several sign-ups with one address at once, one makes the user", async () => {
  const body = { email: "often@example.com", password: "correct horse" };
  const responses = await Promise.all(
    Array.from({ length: 4 }, () => send("POST", "signup", body)),
  );
  deepEqual(responses.map(({ status }) => status).sort(), [200, 422, 422, 422]);
});

Deno.test("changes that need a mail or another service are refused by name", async () => {
  const { body } = await send("POST", "signup", {
    email: "change@example.com",
    password: "correct horse",
  });
  const change = (fields: Record<string, unknown>) =>
    send("PUT", "user", fields, body.access_token);
  for (
    const fields of [
      { email: "other@example.com" },
      { phone: "15555550100" },
      { password: "battery staple", current_password: "correct horse" },
    ]
  ) {
    const refused = await change(fields);
    deepEqual([refused.status, refused.body.error_code], [400, "STANDIN"]);
    match(refused.body.msg, /it supports password and data/);
  }
  const same = await change({
    email: "Change@example.com",
    phone: "",
    code_challenge: null,
  });
  equal(same.status, 200);
});

Deno.test("createUser makes a user who can sign in, once for an address", async () => {
  const { id } = await test.api.createUser("Made@Example.com", "correct horse");
  const response = await fetch(
    `${test.api.url}/auth/v1/token?grant_type=password`,
    {
      method: "POST",
      headers: { apikey: keys.publishable },
      body: JSON.stringify({
        email: "made@example.com",
        password: "correct horse",
      }),
    },
  );
  equal((await response.json()).user.id, id);
  await rejects(
    test.api.createUser("made@example.com", "x"),
    /already been registered/,
  );
});
