import assert from "node:assert/strict";
import {
  type ClusterAddress,
  makeCertificate,
} from "../../local/platform/postgres/mod.ts";
import {
  openSql,
  type Sql,
} from "../../supabase/functions/_shared/database/sql.ts";
import type { TlsSettings } from "../../supabase/functions/_shared/database/tls.ts";
import { testCluster } from "../support/cluster.ts";
import { withDatabase } from "../support/with_database.ts";

/** Leads to this machine, and is no loopback address. */
const ELSEWHERE = "0.0.0.0";
const CREDENTIAL = "Atzr|the-refresh-token-of-a-seller";

/** Passes every connection on to the server, and keeps what goes over it in both directions. */
class Wire implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #open: Deno.Conn[] = [];
  readonly #accepting: Promise<void>;
  #text = "";

  constructor(private readonly server: ClusterAddress) {
    this.#accepting = this.#accept();
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  /** All bytes so far, as Latin-1. */
  get text(): string {
    return this.#text;
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) {
      const { host, port } = this.server;
      const server = await Deno.connect({ hostname: host, port });
      this.#open.push(client, server);
      this.#pass(client, server);
      this.#pass(server, client);
    }
  }

  async #pass(from: Deno.Conn, to: Deno.Conn): Promise<void> {
    const keep = new TransformStream<Uint8Array, Uint8Array>({
      transform: (bytes, out) => {
        this.#text += new TextDecoder("latin1").decode(bytes);
        out.enqueue(bytes);
      },
    });
    // A connection that ends while bytes are passed on is none of the test's business.
    await from.readable.pipeThrough(keep).pipeTo(to.writable).catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    for (const connection of this.#open) {
      try {
        connection.close();
      } catch {
        // It has ended by itself.
      }
    }
  }
}

/** Gives some work a connection to a database over a wire that is listened to. */
async function withWire(
  host: string,
  tls: TlsSettings,
  work: (sql: Sql, wire: Wire) => Promise<void>,
): Promise<void> {
  await withDatabase(async ({ url }) => {
    await using wire = new Wire(testCluster().cluster);
    const address = new URL(url);
    address.host = `${host}:${wire.port}`;
    const sql = openSql(address.href, tls);
    try {
      await work(sql, wire);
    } finally {
      await sql.end();
    }
  });
}

async function isEncrypted(sql: Sql): Promise<boolean> {
  const [{ ssl }] = await sql<{ ssl: boolean }>`
    select ssl from pg_stat_ssl where pid = pg_backend_pid()`;
  return ssl;
}

/** Sends the credential and has it come back. */
async function sendCredential(sql: Sql): Promise<void> {
  const [{ sent }] = await sql<{ sent: string }>`
    select ${CREDENTIAL}::text as sent`;
  assert.equal(sent, CREDENTIAL);
}

Deno.test("a loopback address is spoken to without TLS", async () => {
  await withWire("127.0.0.1", {}, async (sql, wire) => {
    assert.equal(await isEncrypted(sql), false);
    await sendCredential(sql);
    assert.ok(wire.text.includes(CREDENTIAL));
  });
});

Deno.test("any other address is spoken to with TLS, and nothing of a credential can be read on the wire", async () => {
  await withWire(ELSEWHERE, {}, async (sql, wire) => {
    assert.equal(await isEncrypted(sql), true);
    await sendCredential(sql);
    assert.ok(wire.text.length > 1000);
    assert.ok(!wire.text.includes(CREDENTIAL));
    assert.ok(!wire.text.includes("amc-history"));
  });
});

Deno.test("AMC_HISTORY_DATABASE_TLS=off goes without TLS, and require with it on loopback too", async () => {
  await withWire(ELSEWHERE, { mode: "off" }, async (sql) => {
    assert.equal(await isEncrypted(sql), false);
  });
  await withWire("127.0.0.1", { mode: "require" }, async (sql) => {
    assert.equal(await isEncrypted(sql), true);
  });
});

Deno.test("with the server's CA its certificate and name are checked", async () => {
  const { authority } = testCluster().cluster;
  await withWire("localhost", { ca: authority }, async (sql) => {
    assert.equal(await isEncrypted(sql), true);
  });
  const other = await makeCertificate();
  for (
    const [host, tls] of [
      ["localhost", { ca: other.authority }],
      ["localhost", { mode: "verify" }],
      ["127.0.0.1", { ca: authority }],
    ] as [string, TlsSettings][]
  ) {
    await withWire(host, tls, async (sql, wire) => {
      await assert.rejects(sendCredential(sql), /certificate/i);
      assert.ok(!wire.text.includes(CREDENTIAL));
    });
  }
});

Deno.test("a server that has no TLS gets nothing but the question, and the error says what to do", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const received = (async () => {
    const connection = await listener.accept();
    const chunk = new Uint8Array(1024);
    let bytes = await connection.read(chunk) ?? 0;
    await connection.write(new TextEncoder().encode("N"));
    // Until the client closes.
    for (let more; (more = await connection.read(chunk)) !== null;) {
      bytes += more;
    }
    connection.close();
    return bytes;
  })();
  const sql = openSql(`postgresql://postgres:secret@${ELSEWHERE}:${port}/db`);
  await assert.rejects(
    sql`select 1`,
    /offer TLS, and it does not.*AMC_HISTORY_DATABASE_TLS=off/,
  );
  await sql.end();
  listener.close();
  assert.equal(await received, 8);
});
