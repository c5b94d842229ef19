// What pg_net sends, and when: what has committed, to addresses that libcurl takes, and for any role to see.
import assert from "node:assert/strict";
import { startHttpSender } from "../../local/platform/http_sender.ts";
import { connected } from "../support/connected.ts";
import { eventually } from "../support/eventually.ts";
import { PATIENT_MS, withExtensions } from "./support/extensions.ts";

/** A server that keeps what it was sent. */
async function withReceiver(
  work: (
    url: string,
    received: { method: string; path: string; apikey: string; body: string }[],
  ) => Promise<void>,
): Promise<void> {
  const received: Awaited<Parameters<typeof work>[1]> = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const url = new URL(request.url);
      if (url.pathname === "/moved") {
        return Response.redirect(new URL("/here", request.url), 308);
      }
      received.push({
        method: request.method,
        path: url.pathname + url.search,
        apikey: request.headers.get("apikey") ?? "",
        body: await request.text(),
      });
      return Response.json({ ok: true }, { status: 202 });
    },
  );
  try {
    await work(`http://127.0.0.1:${server.addr.port}`, received);
  } finally {
    await server.shutdown();
  }
}

Deno.test("pg_net sends a request once its transaction has committed, and not before", async () => {
  await withExtensions((sql, { adminUrl }) =>
    withReceiver(async (url, received) => {
      const sender = startHttpSender({ adminDatabaseUrl: adminUrl });
      try {
        await sql`begin`;
        await sql`
          select net.http_post(${url + "/inside"}, '{"n": 1}', '{"a": "b c"}',
            '{"apikey": "key"}', ${PATIENT_MS})`;
        // A request committed later by another session goes first: the sender has looked meanwhile.
        await connected(
          adminUrl,
          (other) =>
            other`
              select net.http_get(${url + "/other"},
                timeout_milliseconds => ${PATIENT_MS})`,
        );
        await eventually(
          "the other request",
          () => Promise.resolve(received.length > 0),
        );
        assert.deepEqual(received.map(({ path }) => path), ["/other"]);
        await sql`commit`;
        await eventually(
          "the committed request",
          () => Promise.resolve(received.length > 1),
        );
        assert.deepEqual(received[1], {
          method: "POST",
          path: "/inside?a=b%20c",
          apikey: "key",
          body: `{"n": 1}`,
        });
        const answer = await eventually("its answer", async () =>
          (await sql`
            select status_code, content, timed_out from net._http_response
            order by id desc limit 1`)[0]);
        assert.deepEqual({ ...answer }, {
          status_code: 202,
          content: `{"ok":true}`,
          timed_out: false,
        });
        // A row stays in the queue until the answers of its batch are stored.
        await eventually(
          "the empty queue",
          async () =>
            (await sql`select from net.http_request_queue`).length === 0,
        );
      } finally {
        await sender.stop();
      }
    })
  );
});

Deno.test("pg_net sends nothing of a transaction that rolled back", async () => {
  await withExtensions((sql, { adminUrl }) =>
    withReceiver(async (url, received) => {
      await sql`begin`;
      await sql`select net.http_get(${url + "/undone"})`;
      await sql`rollback`;
      await sql`
        select net.http_get(${
        url + "/done"
      }, timeout_milliseconds => ${PATIENT_MS})`;
      const sender = startHttpSender({ adminDatabaseUrl: adminUrl });
      await eventually(
        "the committed request",
        () => Promise.resolve(received.length > 0),
      );
      await sender.stop();
      assert.deepEqual(received.map(({ path }) => path), ["/done"]);
    })
  );
});

Deno.test("pg_net raises at once on an address that libcurl does not take, and queues nothing", async () => {
  await withExtensions(async (sql) => {
    for (
      const url of [
        "",
        "project.supabase.co/functions/v1/collect",
        "/functions/v1/collect",
        "//project.supabase.co",
        "https://project supabase.co",
        " https://project.supabase.co",
        "https://project.supabase.co ",
        "https://project.supabase.co\n/functions/v1/collect",
        "https://project.supabase.co\t",
        "https://",
        "https:///functions/v1/collect",
        "ftp://project.supabase.co",
        "https://project.supabase.co:123456/",
      ]
    ) {
      for (const call of ["post", "get", "delete"]) {
        await assert.rejects(
          sql`select ${sql.unsafe(`net.http_${call}`)}(${url})`,
          { code: "XX000" },
          JSON.stringify(url),
        );
      }
    }
    const taken = [
      "https://project.supabase.co//functions",
      "HTTP://127.0.0.1:54321/?a=b#c",
    ];
    for (const url of taken) await sql`select net.http_post(${url})`;
    const queued =
      await sql`select url from net.http_request_queue order by id`;
    assert.deepEqual(queued.map(({ url }) => url), taken);
    await assert.rejects(sql`select net.http_post(null)`, { code: "23502" });
  });
});

Deno.test("pg_net follows redirects, and answers with what it found there", async () => {
  await withExtensions((sql, { adminUrl }) =>
    withReceiver(async (url, received) => {
      await sql`
        select net.http_post(${url + "/moved"}, '{"n": 1}',
          headers => '{"apikey": "key"}', timeout_milliseconds => ${PATIENT_MS})`;
      const sender = startHttpSender({ adminDatabaseUrl: adminUrl });
      try {
        const answer = await eventually(
          "the answer",
          async () =>
            (await sql`select status_code from net._http_response`)[0],
        );
        assert.equal(answer.status_code, 202);
        assert.deepEqual(received, [
          { method: "POST", path: "/here", apikey: "key", body: `{"n": 1}` },
        ]);
      } finally {
        await sender.stop();
      }
    })
  );
});

Deno.test("any role may read pg_net's queue, headers included", async () => {
  await withExtensions(async (sql) => {
    await sql`select net.http_get('http://127.0.0.1:1/', headers => '{"apikey": "seen"}')`;
    await sql`set role anon`;
    const [row] = await sql`select headers from net.http_request_queue`;
    assert.deepEqual(row.headers, { apikey: "seen" });
    await sql`reset role`;
  });
});
