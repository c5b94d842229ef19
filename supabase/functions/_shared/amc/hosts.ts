/** An Amazon Ads region. */
export type Region = "NA" | "EU" | "FE";

/** The Ads API host of each region (DOC get-started, REF authorization; H). */
export const API_URLS: Readonly<Record<Region, string>> = {
  NA: "https://advertising-api.amazon.com",
  EU: "https://advertising-api-eu.amazon.com",
  FE: "https://advertising-api-fe.amazon.com",
};

/** The Login with Amazon token endpoint of each region (REF authorization; H). */
export const TOKEN_URLS: Readonly<Record<Region, string>> = {
  NA: "https://api.amazon.com/auth/o2/token",
  EU: "https://api.amazon.co.uk/auth/o2/token",
  FE: "https://api.amazon.co.jp/auth/o2/token",
};

/** Hosts that result links may name when nothing else is configured (SKILL: an S3 host; M). */
export const DEFAULT_RESULT_HOSTS: readonly string[] = ["*.amazonaws.com"];

/**
 * Whether a host name is this machine: a loopback name or address, or the name by which a
 * container reaches the machine it runs on. Only there may a connection go without TLS.
 *
 * @param hostname as `URL.hostname` gives it
 */
export function isOwnMachine(hostname: string): boolean {
  const host = hostname.toLowerCase();
  return host === "localhost" || host.endsWith(".localhost") ||
    host === "host.docker.internal" || host === "[::1]" ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/**
 * Checks a configured base URL, since credentials travel to it.
 *
 * @param name the setting's name, for the error
 * @param value an absolute URL, `https:`, or `http:` on this machine
 * @returns the URL without a trailing slash
 * @throws TypeError that says what was expected
 */
export function checkedBaseUrl(name: string, value: string): string {
  if (!URL.canParse(value)) {
    throw new TypeError(`${name} must be an absolute URL; it is not one.`);
  }
  const url = new URL(value);
  const secure = url.protocol === "https:" ||
    (url.protocol === "http:" && isOwnMachine(url.hostname));
  if (!secure || url.username || url.password || url.search || url.hash) {
    throw new TypeError(
      `${name} must be https (http only on this machine), without user, query or fragment; ` +
        `got ${url.protocol}//${url.host}.`,
    );
  }
  return value.replace(/\/+$/, "");
}

/**
 * Whether a result link's host is on the list of allowed hosts.
 *
 * @param url the link
 * @param patterns `host`, `host:port` or `*.suffix` (any host below the suffix, not the suffix itself).
 *   A pattern without a port means the scheme's own port, except on this machine, where it means any.
 */
export function isAllowedHost(url: URL, patterns: readonly string[]): boolean {
  return patterns.some((raw) => {
    const pattern = raw.trim().toLowerCase();
    if (pattern === "" || pattern === "*" || pattern === "*.") return false;
    if (pattern.startsWith("*.")) {
      const suffix = pattern.slice(1);
      return url.port === "" && url.hostname.endsWith(suffix) &&
        url.hostname.length > suffix.length;
    }
    if (pattern === url.host) return true;
    return pattern === url.hostname &&
      (url.port === "" || isOwnMachine(url.hostname));
  });
}
