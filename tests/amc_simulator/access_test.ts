import assert from "node:assert/strict";
import { startSimulator } from "../../local/amc/mod.ts";
import { withAmc } from "./client.ts";

Deno.test("the token endpoint gives a bearer token and the refresh token unchanged", async () => {
  await withAmc({ tokenSeconds: 1800 }, async (client, amc) => {
    const { status, json } = await client.login();
    assert.equal(status, 200);
    assert.match(json.access_token, /^Atza\|/);
    assert.equal(json.refresh_token, amc.credential.refreshToken);
    assert.equal(json.token_type, "bearer");
    assert.equal(json.expires_in, 1800);
  });
});

Deno.test("the token endpoint refuses with LWA's errors", async () => {
  await withAmc({}, async (client) => {
    const cases = [
      [{ refresh_token: "Atzr|other" }, 400, "invalid_grant"],
      [{ client_secret: "wrong" }, 401, "invalid_client"],
      [{ client_id: "wrong" }, 401, "invalid_client"],
      [{ grant_type: "password" }, 400, "unsupported_grant_type"],
      [{ grant_type: "" }, 400, "invalid_request"],
      [{ refresh_token: "" }, 400, "invalid_request"],
    ] as const;
    for (const [change, status, error] of cases) {
      const answer = await client.login(change);
      assert.equal(answer.status, status, error);
      assert.equal(answer.json.error, error);
      assert.ok(answer.json.error_description.length > 0);
    }
  });
});

Deno.test("a body that is no form is an invalid request", async () => {
  await withAmc({}, async (_client, amc) => {
    const response = await fetch(amc.tokenUrl, { method: "POST", body: "{}" });
    assert.equal(response.status, 400);
    assert.equal((await response.json()).error, "invalid_request");
  });
});

Deno.test("a revoked refresh token answers invalid_grant until that is taken back", async () => {
  await withAmc({}, async (client, amc) => {
    amc.revoke();
    assert.equal((await client.login()).json.error, "invalid_grant");
    amc.revoke(undefined, false);
    assert.equal((await client.login()).status, 200);
  });
});

Deno.test("each of the four headers is checked", async () => {
  await withAmc({}, async (client, amc) => {
    const cases = [
      ["authorization", 401],
      ["amazon-advertising-api-clientid", 401],
      ["amazon-advertising-api-advertiserid", 403],
      ["amazon-advertising-api-marketplaceid", 403],
    ] as const;
    for (const [name, status] of cases) {
      const wrong = { ...client.headers(), [name]: "wrong" };
      const { [name]: _, ...missing } = client.headers();
      for (const headers of [wrong, missing]) {
        const answer = await client.send(
          "GET",
          "/workflowExecutions?workflowId=weekly",
          undefined,
          headers,
        );
        assert.equal(answer.status, status, name);
        assert.equal(answer.json.code, String(status));
        if (status === 403) {
          assert.equal(answer.json.details, "Unauthorized request.");
        }
      }
    }
    assert.equal(amc.requestCounts().listExecutions, 8);
  });
});

Deno.test("an expired access token answers 401 and a fresh one is let in", async () => {
  await withAmc({}, async (client, amc) => {
    amc.expireTokens();
    assert.equal((await client.create()).status, 401);
    await client.login();
    assert.equal((await client.create()).status, 200);
    assert.equal(amc.ledger().length, 1);
  });
});

Deno.test("terms that were not accepted answer 403 with their text", async () => {
  const instances = [{ instanceId: "amcr1aaaa1a", termsAccepted: false }];
  await withAmc({ instances }, async (client) => {
    const { status, json } = await client.create();
    assert.equal(status, 403);
    assert.equal(
      json.details,
      "Terms and conditions must be accepted to continue",
    );
  });
});

Deno.test("a demanded port that is taken gives one clear sentence", async () => {
  const first = await startSimulator();
  const port = Number(new URL(first.url).port);
  await assert.rejects(
    startSimulator({ port }),
    new RegExp(`^Error: Port ${port} is taken`),
  );
  await first.stop();
});

Deno.test("neither log nor ledger holds a token, a secret or a signature", async () => {
  await withAmc({}, async (client, amc) => {
    const { json } = await client.create();
    const [link] = await client.links(json.workflowExecutionId);
    await (await fetch(link)).text();
    const kept = JSON.stringify([amc.requests(), amc.ledger()]);
    const { clientSecret, refreshToken } = amc.credential;
    const signature = new URL(link).searchParams.get("X-Amz-Signature")!;
    const bearer = client.headers().authorization.slice("Bearer ".length);
    for (const secret of [clientSecret, refreshToken, signature, bearer]) {
      assert.equal(kept.includes(secret), false);
    }
  });
});
