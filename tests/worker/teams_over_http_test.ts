/** A team works on one instance over HTTP alone, each with a token of one's own. */
import assert from "node:assert/strict";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { DEMO_INSTANCE } from "../../local/amc/mod.ts";
import { signIn } from "../../local/demo/setup.ts";
import { collect, type Harness, withHarness } from "./support/harness.ts";

const INSTANCE = DEMO_INSTANCE.instanceId;

/** What a caller may do, in the order of the matrix below. */
interface Rights {
  reads: number | string;
  members: number | string;
  takes_over: string;
  changes_roles: string;
  invites: string;
}

/** Signs somebody up. @returns a client with the token, and the user's id */
async function person({ platform }: Harness, name: string) {
  const [email, password] = [`${name}@example.com`, `A-password-of-${name}`];
  await platform.createUser(email, password);
  const client = await signIn(platform, email, password);
  const { data: { user } } = await client.auth.getUser();
  return { client, id: user!.id, email };
}

/** What each of the calls answers to a caller, in short. */
async function rightsOf(
  client: SupabaseClient,
  collection_id: string,
): Promise<Rights> {
  const said = async (call: PromiseLike<{ data: unknown; error: unknown }>) => {
    const { data, error } = await call;
    const refused = error as { details?: string; code?: string } | null;
    if (refused) return refused.details ?? refused.code ?? "refused";
    return Array.isArray(data) ? data.length : "answered";
  };
  return {
    reads: await said(client.from("report_data_weeks").select("id")),
    members: await said(
      client.rpc("list_members", { instance_id: INSTANCE }),
    ),
    takes_over: String(
      await said(client.rpc("take_over_collection", { collection_id })),
    ),
    changes_roles: String(
      await said(client.rpc("set_role", {
        instance_id: INSTANCE,
        user_id: crypto.randomUUID(),
        role: "viewer",
      })),
    ),
    invites: String(
      await said(client.rpc("invite", {
        instance_ids: [INSTANCE],
        role: "viewer",
      })),
    ),
  };
}

/** Invites somebody by the address, who accepts. */
async function join(
  owner: SupabaseClient,
  { client, email }: { client: SupabaseClient; email: string },
  role: string,
): Promise<void> {
  const { data: invited } = await owner.rpc("invite", {
    instance_ids: [INSTANCE],
    role,
    email,
  }).throwOnError();
  const { data: joined } = await client
    .rpc("accept_invitation", { token: invited.token }).throwOnError();
  assert.deepEqual(joined, [{ instance_id: INSTANCE, role }]);
}

/** Without a user nothing is answered. */
async function refusesAnon({ platform }: Harness, collection: string) {
  const anon = createClient(platform.apiUrl, platform.publishableKey);
  for (const answer of Object.values(await rightsOf(anon, collection))) {
    assert.equal(answer, "42501");
  }
}

Deno.test("each role sees and does over HTTP what it may, from the moment it has it to the moment it ends", async () => {
  await withHarness({}, async (harness) => {
    const { owner } = harness;
    const { collection_id } = await collect(harness, 2);
    const [viewer, analyst, outsider] = [
      await person(harness, "viewer"),
      await person(harness, "analyst"),
      await person(harness, "outsider"),
    ];
    const nothing: Rights = {
      reads: 0,
      members: "instance_not_found",
      takes_over: "collection_not_found",
      changes_roles: "instance_not_found",
      invites: "instance_not_found",
    };
    assert.deepEqual(await rightsOf(viewer.client, collection_id), nothing);
    await join(owner, viewer, "viewer");
    await join(owner, analyst, "analyst");

    assert.deepEqual(await rightsOf(outsider.client, collection_id), nothing);
    assert.deepEqual(await rightsOf(viewer.client, collection_id), {
      reads: 2,
      members: 3,
      takes_over: "role_too_low",
      changes_roles: "role_too_low",
      invites: "role_too_low",
    });
    assert.deepEqual(await rightsOf(analyst.client, collection_id), {
      reads: 2,
      members: 3,
      takes_over: "answered",
      changes_roles: "role_too_low",
      invites: "role_too_low",
    });
    assert.deepEqual(await rightsOf(owner, collection_id), {
      reads: 2,
      members: 3,
      takes_over: "answered",
      changes_roles: "member_not_found",
      invites: "answered",
    });
    await refusesAnon(harness, collection_id);

    // The token is still valid; the membership has ended.
    await owner.rpc("remove_member", {
      instance_id: INSTANCE,
      user_id: analyst.id,
    }).throwOnError();
    await viewer.client.rpc("leave_instance", { instance_id: INSTANCE })
      .throwOnError();
    for (const { client } of [viewer, analyst]) {
      assert.deepEqual(await rightsOf(client, collection_id), nothing);
    }
    const { error } = await owner
      .rpc("leave_instance", { instance_id: INSTANCE });
    assert.equal(error?.details, "last_admin");
  });
});
