// How pg_net waits: for an answer up to its timeout, and for the slowest of a batch before the next.
import assert from "node:assert/strict";
import { startHttpSender } from "../../local/platform/http_sender.ts";
import { connected } from "../support/connected.ts";
import { eventually } from "../support/eventually.ts";
import { PATIENT_MS, withExtensions } from "./support/extensions.ts";

Deno.test("pg_net gives up after the request's timeout, 5 seconds by default, and says so", async () => {
  await withExtensions(async (sql, { adminUrl }) => {
    await sql`select net.http_post('http://127.0.0.1:1/')`;
    const [queued] = await sql`
      delete from net.http_request_queue returning timeout_milliseconds`;
    assert.equal(queued.timeout_milliseconds, 5000);

    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    const messages: string[] = [];
    const sender = startHttpSender({
      adminDatabaseUrl: adminUrl,
      log: (message) => messages.push(message),
    });
    try {
      await sql`
        select net.http_get(${`http://127.0.0.1:${port}/?key=hidden`},
          timeout_milliseconds => 200)`;
      const [answer] = await eventually("the timeout", async () => {
        const rows = await sql`
          select timed_out, error_msg, status_code from net._http_response`;
        return rows.length > 0 && rows;
      });
      assert.equal(answer.timed_out, true);
      assert.equal(answer.status_code, null);
      assert.match(messages.join("\n"), /Timeout of 200 ms reached/);
      assert.doesNotMatch(messages.join("\n"), /hidden/);
    } finally {
      await sender.stop();
      listener.close();
    }
  });
});

/** A server that answers a request only when it is told to. */
async function withSlowReceiver(
  work: (url: string, arrived: string[], answer: () => void) => Promise<void>,
): Promise<void> {
  const arrived: string[] = [];
  const waiting: (() => void)[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      arrived.push(pathname);
      if (pathname.startsWith("/slow")) {
        await new Promise<void>((done) => waiting.push(done));
      }
      return new Response("ok");
    },
  );
  const answer = () => waiting.splice(0).forEach((done) => done());
  try {
    await work(`http://127.0.0.1:${server.addr.port}`, arrived, answer);
  } finally {
    answer();
    await server.shutdown();
  }
}

Deno.test("pg_net's batches are serial: until the slowest of one has its answer, it is seen in the queue, and the next waits", async () => {
  await withExtensions((sql, { adminUrl }) =>
    withSlowReceiver(async (url, arrived, answer) => {
      const get = (path: string) =>
        sql`
          select net.http_get(${url + path}, headers => '{"apikey": "seen"}',
            timeout_milliseconds => ${PATIENT_MS})`;
      await sql`begin`;
      await get("/slow");
      await get("/quick");
      await sql`commit`;
      const sender = startHttpSender({ adminDatabaseUrl: adminUrl });
      try {
        await eventually(
          "the batch to be sent",
          () => Promise.resolve(arrived.length === 2),
        );
        await get("/next");
        await sql`set role anon`;
        const queue = await sql`
          select headers ->> 'apikey' as key from net.http_request_queue`;
        await sql`reset role`;
        assert.deepEqual(queue.map(({ key }) => key), ["seen", "seen", "seen"]);
        const answers = await sql`select from net._http_response`;
        assert.equal(answers.length, 0);
        assert.ok(!arrived.includes("/next"));
        answer();
        await eventually(
          "all answers",
          async () => (await sql`select from net._http_response`).length === 3,
        );
        assert.deepEqual([...arrived.slice(0, 2)].sort(), ["/quick", "/slow"]);
        assert.equal(arrived[2], "/next");
        assert.equal((await sql`select from net.http_request_queue`).length, 0);
      } finally {
        answer();
        await sender.stop();
      }
    })
  );
});

Deno.test("pg_net sends a batch again whose end it could not store", async () => {
  await withExtensions((sql, { adminUrl }) =>
    withSlowReceiver(async (url, arrived, answer) => {
      await connected(adminUrl, (admin) =>
        admin.unsafe(
          "alter table net._http_response add constraint broken check (false) not valid",
        ));
      await sql`
        select net.http_get(${url + "/slow"},
          timeout_milliseconds => ${PATIENT_MS})`;
      const sender = startHttpSender({ adminDatabaseUrl: adminUrl });
      try {
        await eventually("it to come again", () => {
          answer();
          return Promise.resolve(arrived.length > 1);
        });
        await connected(adminUrl, (admin) =>
          admin.unsafe(
            "alter table net._http_response drop constraint broken",
          ));
        await eventually("one answer", async () => {
          answer();
          return (await sql`select from net._http_response`).length === 1;
        });
        assert.equal((await sql`select from net.http_request_queue`).length, 0);
      } finally {
        answer();
        await sender.stop();
      }
    })
  );
});
