import assert from "node:assert/strict";
import { sqlStateOf } from "../_shared/database/errors.ts";
import { openSql } from "../_shared/database/sql.ts";
import {
  readTlsSettings,
  tlsFor,
  type TlsSettings,
} from "../_shared/database/tls.ts";

const CA = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";

function modeOf(
  host: string,
  settings: TlsSettings = {},
  query = "",
): "off" | "require" | "verify" {
  const url = new URL(`postgresql://postgres:secret@${host}:5432/db${query}`);
  const options = tlsFor(url, settings);
  if (options === false) return "off";
  return options.rejectUnauthorized ? "verify" : "require";
}

Deno.test("TLS is required unless the address is loopback", () => {
  for (const host of ["127.0.0.1", "127.9.8.7", "[::1]", "localhost"]) {
    assert.equal(modeOf(host), "off", host);
  }
  for (
    const host of [
      "db.abcdefghijklmnop.supabase.co",
      "10.0.0.5",
      "128.0.0.1",
      "127.0.0.1.example.com",
      "localhost.example.com",
      "0.0.0.0",
      "[::]",
      "[2600::1]",
      "host.docker.internal",
    ]
  ) {
    assert.equal(modeOf(host), "require", host);
  }
});

Deno.test("only AMC_HISTORY_DATABASE_TLS turns TLS off; an sslmode in the URL can but ask for more", () => {
  const host = "db.example.com";
  for (const sslmode of ["disable", "allow", "prefer", "require", ""]) {
    assert.equal(modeOf(host, {}, `?sslmode=${sslmode}`), "require", sslmode);
  }
  assert.equal(modeOf(host, {}, "?sslmode=verify-full"), "verify");
  assert.equal(modeOf("127.0.0.1", {}, "?sslmode=require"), "require");
  assert.equal(modeOf(host, { mode: "off" }), "off");
  assert.equal(modeOf("127.0.0.1", { mode: "require" }), "require");
  assert.equal(modeOf(host, { mode: "verify" }), "verify");
});

Deno.test("a CA has the server verified by it, also on loopback, unless the mode says otherwise", () => {
  assert.equal(modeOf("db.example.com", { ca: CA }), "verify");
  assert.equal(modeOf("127.0.0.1", { ca: CA }), "verify");
  assert.equal(modeOf("db.example.com", { ca: CA, mode: "off" }), "off");
  const options = tlsFor(new URL("postgresql://db.example.com/db"), { ca: CA });
  assert.deepEqual(options, { rejectUnauthorized: true, ca: CA });
});

Deno.test("settings of TLS are read from the environment, and others than the known ones are refused", () => {
  const read = (variables: Record<string, string>) =>
    readTlsSettings((variable) => variables[variable]);
  assert.deepEqual(read({}), { mode: undefined, ca: undefined });
  assert.equal(read({ AMC_HISTORY_DATABASE_TLS: " off " }).mode, "off");
  assert.equal(
    read({ AMC_HISTORY_DATABASE_CA: CA.replaceAll("\n", "\\n") }).ca,
    CA,
  );
  assert.throws(
    () => read({ AMC_HISTORY_DATABASE_TLS: "disable" }),
    /AMC_HISTORY_DATABASE_TLS: expected off, require or verify, got disable/,
  );
  assert.throws(
    () => read({ AMC_HISTORY_DATABASE_CA: "/etc/ca.pem" }),
    /AMC_HISTORY_DATABASE_CA: expected certificates in PEM/,
  );
});

Deno.test("what is no URL of a database is refused without being told", () => {
  for (const url of ["", "secret", "https://u:secret@example.com/db"]) {
    assert.throws(() => openSql(url), (error: Error) => {
      assert.match(error.message, /^SUPABASE_DB_URL: expected the URL/);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  }
});

Deno.test("a socket's error code is no SQLSTATE", () => {
  assert.equal(sqlStateOf({ code: "57P01" }), "57P01");
  assert.equal(sqlStateOf({ code: "AH001" }), "AH001");
  assert.equal(sqlStateOf({ code: "EPIPE" }), null);
});
