import assert from "node:assert/strict";
import { requireSecretKey } from "../_shared/http/secret_key.ts";
import { RequestError } from "../_shared/http/request_error.ts";
import { apiKey, projectUrl } from "../_shared/project.ts";

const KEYS = {
  default: "sb_secret_default",
  cron: "sb_secret_cron",
};

function ask(
  headers: HeadersInit,
  read: Record<string, string> = {
    SUPABASE_SECRET_KEYS: JSON.stringify(KEYS),
  },
): Promise<void> {
  const request = new Request("http://localhost/", { headers });
  return requireSecretKey(request, "cron", (name) => read[name]);
}

Deno.test("the named key is taken", async () => {
  await ask({ apikey: KEYS.cron });
});

const REFUSED: [string, HeadersInit][] = [
  ["no key", {}],
  ["an empty key", { apikey: "" }],
  ["another secret key", { apikey: KEYS.default }],
  ["the key's beginning", { apikey: KEYS.cron.slice(0, -1) }],
  ["the key and more", { apikey: `${KEYS.cron}x` }],
  ["the key as a bearer token", { Authorization: `Bearer ${KEYS.cron}` }],
];

for (const [what, headers] of REFUSED) {
  Deno.test(`${what} is refused as unauthorized, and the message tells no key`, async () => {
    await assert.rejects(ask(headers), (error) => {
      assert.ok(error instanceof RequestError);
      assert.deepEqual([error.status, error.code], [401, "unauthorized"]);
      assert.ok(!error.message.includes("sb_secret"));
      return true;
    });
  });
}

Deno.test("a project without the key lets nobody in", async () => {
  const environments: Record<string, string>[] = [
    {},
    { SUPABASE_SECRET_KEYS: "" },
    { SUPABASE_SECRET_KEYS: "{" },
    { SUPABASE_SECRET_KEYS: "null" },
    { SUPABASE_SECRET_KEYS: '{"cron": ""}' },
    { SUPABASE_SECRET_KEYS: '{"default": "sb_secret_cron"}' },
    { SUPABASE_SECRET_KEY: KEYS.cron },
  ];
  for (const read of environments) {
    for (const apikey of ["", KEYS.cron, "undefined", "null"]) {
      await assert.rejects(ask({ apikey }, read), TypeError);
    }
  }
});

Deno.test("a project with one key of a kind has it under the name default", () => {
  const read = (name: string) =>
    ({ SUPABASE_SECRET_KEY: "one", SUPABASE_PUBLISHABLE_KEY: "two" })[name];
  assert.equal(apiKey("secret", "default", read), "one");
  assert.equal(apiKey("publishable", "default", read), "two");
  assert.throws(() => apiKey("secret", "constructor", read), TypeError);
});

Deno.test("the project's URL is given without a slash at its end, and must be there", () => {
  assert.equal(
    projectUrl(() => "https://x.example.com//"),
    "https://x.example.com",
  );
  assert.throws(() => projectUrl(() => undefined), /SUPABASE_URL/);
});
