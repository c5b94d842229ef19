import assert from "node:assert/strict";
import postgres from "postgres";
import { withDatabase } from "../support/with_database.ts";

/** With its owner's rights, as the functions that ask it. */
const ACTS_FOR_ALL = `create function public.acts_for_all() returns boolean
  language sql security definer as 'select amc_history.is_operator()';
  alter function public.acts_for_all() owner to postgres;`;

Deno.test("claims make an operator only in a session whose login role may become service_role", async () => {
  await withDatabase(async ({ name, adminUrl, authenticatorUrl }) => {
    const admin = openAdmin(adminUrl);
    const tool = `tool_${name}`;
    try {
      await admin.unsafe(`create role ${tool} login;
        ${ACTS_FOR_ALL}
        grant execute on function public.acts_for_all() to authenticator, ${tool}`);
      const asTool = await admin.reserve();
      await asTool.unsafe(`set session authorization ${tool}`);
      assert.equal(await actsForAll(asTool), false, "without claims");
      await asTool`select set_config('request.jwt.claims', '{"role": "service_role"}', false)`;
      assert.equal(await actsForAll(asTool), false, "with its own claims");
      await asTool.unsafe("reset session authorization");
      asTool.release();
      const api = postgres(authenticatorUrl, { max: 1, onnotice: () => {} });
      await api`select set_config('request.jwt.claims', '{"role": "service_role"}', false)`;
      assert.equal(await actsForAll(api), true, "the API's claims");
      await api`select set_config('request.jwt.claims', '{"role": "authenticated"}', false)`;
      assert.equal(await actsForAll(api), false, "a user's claims");
      await api.end({ timeout: 5 });
    } finally {
      await admin.unsafe(`drop owned by ${tool}; drop role if exists ${tool}`);
      await admin.end({ timeout: 5 });
    }
  });
});

Deno.test("postgres and a login role that may become it act for every user, and the API's role does not", async () => {
  await withDatabase(async ({ name, adminUrl, url, authenticatorUrl }) => {
    const admin = openAdmin(adminUrl);
    const cli = `cli_${name}`;
    try {
      await admin.unsafe(`create role ${cli} login noinherit in role postgres`);
      await admin.unsafe(`${ACTS_FOR_ALL}
        grant execute on function public.acts_for_all() to authenticator`);
      const asCli = await admin.reserve();
      await asCli.unsafe(`set session authorization ${cli}; set role postgres`);
      assert.equal(await actsForAll(asCli), true, "a login role as postgres");
      await asCli.unsafe("reset session authorization");
      asCli.release();
      assert.equal(await connectedAs(url), true, "postgres itself");
      assert.equal(await connectedAs(authenticatorUrl), false, "authenticator");
    } finally {
      await admin.unsafe(`drop role if exists ${cli}`);
      await admin.end({ timeout: 5 });
    }
  });
});

/** Two sessions: what cleans up does not wait for the one that a failure left reserved. */
function openAdmin(url: string): postgres.Sql {
  return postgres(url, { max: 2, onnotice: () => {} });
}

async function connectedAs(url: string): Promise<boolean> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await actsForAll(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function actsForAll(sql: postgres.Sql): Promise<boolean> {
  const [{ answer }] = await sql`select public.acts_for_all() as answer`;
  return answer;
}
