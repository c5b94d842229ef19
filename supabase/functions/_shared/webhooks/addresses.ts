/** Looks a host name up. @returns its IPv4 and IPv6 addresses; none if it has none */
export type Resolve = (host: string, signal: AbortSignal) => Promise<string[]>;

/** Looks a host name up in the DNS: A and AAAA. */
export const resolveHost: Resolve = async (host, signal) => {
  const found = await Promise.allSettled(
    (["A", "AAAA"] as const).map((type) =>
      Deno.resolveDns(host, type, { signal })
    ),
  );
  return found.flatMap((answer) =>
    answer.status === "fulfilled" ? answer.value : []
  );
};

/** Why an address is not called. */
export class AddressError extends Error {
  constructor(readonly code: string, message: string) {
    super(message);
  }
}

/** Names that lead into a network of somebody's own, whatever the DNS says. */
const OWN_NAMES = /^[^.]+$|\.(?:localhost|local|internal|home\.arpa|lan)$/;

/**
 * Checks that a webhook's address leads to the public internet: by https, to a host all of whose addresses are public. So nobody
 * who may set up a webhook can have the worker call what only the worker can reach.
 *
 * @param hosts hosts that a setting allows besides, `host` or `host:port`; also by http
 * @throws AddressError that says what was expected, without the address's path
 */
export async function checkAddress(
  url: URL,
  hosts: readonly string[],
  resolve: Resolve,
  signal: AbortSignal,
): Promise<void> {
  if (hosts.some((host) => host === url.hostname || host === url.host)) return;
  if (url.protocol !== "https:") {
    throw new AddressError(
      "insecure",
      `Expected https, got ${url.protocol}//${url.hostname}.`,
    );
  }
  // A dot at the end names the same host.
  const host = url.hostname.replace(/\.$/, "");
  const isAddress = /^\[.*\]$|^[\d.]+$/.test(host);
  if (!isAddress && OWN_NAMES.test(host)) {
    throw new AddressError(
      "address_refused",
      `Expected a host in the public internet, got ${host}.`,
    );
  }
  const addresses = isAddress
    ? [host.replace(/^\[|\]$/g, "")]
    : await resolve(host, signal);
  if (addresses.length === 0) {
    throw new AddressError("not_resolved", `The host ${host} has no address.`);
  }
  const own = addresses.find((address) => !isPublicAddress(address));
  if (own !== undefined) {
    throw new AddressError(
      "address_refused",
      `Expected a host in the public internet; ${host} has the address ${own}.`,
    );
  }
}

/** What is not public of IPv4 (IANA's registry of special-purpose addresses): its first address and the length of its prefix. */
const NOT_PUBLIC: readonly [string, number][] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];

/**
 * Whether an address is one of the public internet: not private, loopback, link-local, shared (CGNAT), multicast, reserved, or
 * an IPv6 address that stands for one of IPv4.
 *
 * @param address as a URL or the DNS gives it, without brackets
 */
export function isPublicAddress(address: string): boolean {
  const four = numberOf(address);
  if (four !== null) {
    return !NOT_PUBLIC.some(([first, length]) =>
      numberOf(first)! >>> (32 - length) === four >>> (32 - length)
    );
  }
  const six = groupsOf(address);
  if (six === null) return false;
  const [first, second] = six;
  // Only 2000::/3 is given out; without protocols' own (2001::/23), documentation, and what carries IPv4 (6to4).
  return first >>> 13 === 1 && !(first === 0x2001 && second < 0x200) &&
    !(first === 0x2001 && second === 0xdb8) && first !== 0x2002 &&
    first !== 0x3fff;
}

function numberOf(address: string): number | null {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address)
    ?.slice(1).map(Number);
  if (!parts || parts.some((part) => part > 255)) return null;
  return parts.reduce((all, part) => all * 256 + part, 0);
}

/** The eight groups of an IPv6 address, in whatever spelling; null if it is none. */
function groupsOf(address: string): number[] | null {
  if (!URL.canParse(`http://[${address}]/`)) return null;
  const [head, tail] = new URL(`http://[${address}]/`).hostname.slice(1, -1)
    .split("::").map((half) => half === "" ? [] : half.split(":"));
  const zeros = tail ? Array(8 - head.length - tail.length).fill("0") : [];
  return [...head, ...zeros, ...(tail ?? [])].map((group) =>
    parseInt(group, 16)
  );
}
