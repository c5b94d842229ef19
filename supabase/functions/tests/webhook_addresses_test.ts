import assert from "node:assert/strict";
import {
  checkAddress,
  isPublicAddress,
} from "../_shared/webhooks/addresses.ts";

/** Each kind of address that is not public, in three spellings, as somebody may write it in a URL. */
const REFUSED: Record<string, string[]> = {
  loopback: ["127.0.0.1", "0x7f.1", "2130706433", "[::1]", "[0:0:0::1]"],
  private: ["10.1.2.3", "0xa010203", "012.1.2.3", "172.31.255.255"],
  "another private": ["192.168.0.1", "0300.0250.1", "3232235521"],
  "link-local": ["169.254.1.1", "0xa9fe0101", "[fe80::1]", "[fe80:0::1]"],
  metadata: ["169.254.169.254", "0xa9.254.43518", "[fd00:ec2::254]"],
  shared: ["100.64.0.1", "0x64.64.1", "1681915905"],
  multicast: ["224.0.0.1", "239.255.255.250", "[ff02::1]", "0xe0000001"],
  unspecified: ["0.0.0.0", "0", "[::]"],
  broadcast: ["255.255.255.255", "0xffffffff", "4294967295"],
  "IPv4 in IPv6": [
    "[::ffff:10.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:a9fe:a9fe]",
    "[::ffff:8.8.8.8]",
    "[64:ff9b::a00:1]",
    "[2002:a00:1::]",
    "[2001:0:a00:1::]",
  ],
  unique: ["[fc00::1]", "[fdff::1]", "[FC00:0:0:0::1]"],
  documentation: ["192.0.2.1", "198.51.100.7", "[2001:db8::1]"],
  "a name of one's own": [
    "localhost",
    "LOCALHOST.",
    "a.localhost",
    "db",
    "metadata.google.internal",
    "printer.local",
  ],
};

const PUBLIC = ["8.8.8.8", "100.128.0.1", "172.32.0.1", "2606:4700::6810:84e5"];

async function check(
  address: string,
  found: string[] = PUBLIC,
  hosts: string[] = [],
): Promise<string> {
  try {
    await checkAddress(
      new URL(address),
      hosts,
      () => Promise.resolve(found),
      AbortSignal.timeout(60_000),
    );
    return "public";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

for (const [kind, hosts] of Object.entries(REFUSED)) {
  Deno.test(`a webhook at ${kind} is refused, however it is written`, async () => {
    for (const host of hosts) {
      const url = `https://${host}/hook`;
      assert.equal(await check(url), "address_refused", host);
      const { hostname } = new URL(url);
      if (/^[\d.]+$|^\[/.test(hostname)) {
        const address = hostname.replace(/^\[|\]$/g, "");
        assert.equal(
          await check("https://hooks.example.com", ["8.8.8.8", address]),
          "address_refused",
          `a name with ${host}`,
        );
      }
    }
  });
}

Deno.test("addresses of the public internet are called", async () => {
  for (const address of PUBLIC) assert.ok(isPublicAddress(address), address);
  assert.equal(await check("https://8.8.8.8/"), "public");
  assert.equal(await check("https://[2606:4700::6810:84e5]/"), "public");
  assert.equal(await check("https://hooks.example.com./x"), "public");
});

Deno.test("what is no address is not public", () => {
  for (const text of ["", "8.8.8", "256.1.1.1", "a::b::c", "2606:4700", "x"]) {
    assert.equal(isPublicAddress(text), false, text);
  }
});

Deno.test("a name without an address, and http, are refused", async () => {
  assert.equal(await check("https://hooks.example.com", []), "not_resolved");
  assert.equal(await check("http://hooks.example.com"), "insecure");
});

Deno.test("a host that the settings name is called wherever it is, and no other", async () => {
  const hosts = ["127.0.0.1", "hooks.lan:8080"];
  assert.equal(await check("http://127.0.0.1:9/", [], hosts), "public");
  assert.equal(await check("http://hooks.lan:8080/", [], hosts), "public");
  assert.equal(await check("https://hooks.lan/", [], hosts), "address_refused");
  assert.equal(await check("http://127.0.0.2/", [], hosts), "insecure");
});
