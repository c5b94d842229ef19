/**
 * How the connection to Postgres is encrypted: `off`, not at all; `require`, without checking who answers; `verify`, after
 * checking the server's certificate and name.
 */
export type TlsMode = "off" | "require" | "verify";

/** What was set about TLS. */
export interface TlsSettings {
  /** AMC_HISTORY_DATABASE_TLS */
  mode?: TlsMode;
  /** AMC_HISTORY_DATABASE_CA: certificates in PEM, one of which must have signed the server's. */
  ca?: string;
}

/** TLS as the driver wants it told. */
export type TlsOptions = false | { rejectUnauthorized: boolean; ca?: string };

/**
 * Reads from the environment how the connection to Postgres is to be encrypted.
 *
 * @param read gives a variable's value, or undefined
 * @throws TypeError naming a variable whose value is not one that is expected
 */
export function readTlsSettings(
  read: (variable: string) => string | undefined,
): TlsSettings {
  const mode = read("AMC_HISTORY_DATABASE_TLS")?.trim() || undefined;
  // Files of secrets often hold a value of several lines on one.
  const ca = read("AMC_HISTORY_DATABASE_CA")?.replaceAll("\\n", "\n").trim() ||
    undefined;
  if (mode !== undefined && !isMode(mode)) {
    throw new TypeError(
      `AMC_HISTORY_DATABASE_TLS: expected off, require or verify, got ${mode}.`,
    );
  }
  if (ca !== undefined && !ca.startsWith("-----BEGIN CERTIFICATE-----")) {
    throw new TypeError(
      "AMC_HISTORY_DATABASE_CA: expected certificates in PEM, which begin with -----BEGIN CERTIFICATE-----.",
    );
  }
  return { mode, ca };
}

function isMode(text: string): text is TlsMode {
  return ["off", "require", "verify"].includes(text);
}

/**
 * Decides whether a connection is encrypted. TLS is required, since credentials travel over it, unless the address is loopback
 * or AMC_HISTORY_DATABASE_TLS is off. A CA has the server's certificate and name verified. An sslmode in the URL counts only
 * where it asks for more: the platform writes SUPABASE_DB_URL, so it is no person's choice.
 *
 * @param url of the database
 */
export function tlsFor(url: URL, { mode, ca }: TlsSettings): TlsOptions {
  const chosen = mode ?? modeFor(url, ca !== undefined);
  if (chosen === "off") return false;
  if (chosen === "require") return { rejectUnauthorized: false };
  return { rejectUnauthorized: true, ...(ca ? { ca } : {}) };
}

function modeFor(url: URL, hasCa: boolean): TlsMode {
  const asked = url.searchParams.get("sslmode") ?? "";
  if (hasCa || asked.startsWith("verify-")) return "verify";
  return asked === "require" || !isLoopback(url.hostname) ? "require" : "off";
}

/** @param hostname as `URL.hostname` gives it */
function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" ||
    /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** Says what to do where the server has no TLS; any other error is given back as it is. */
export function explainNoTls(error: unknown): unknown {
  const { message } = error as Error;
  if (message !== "The server does not support SSL connections") return error;
  return new Error(
    "Expected the Postgres server of SUPABASE_DB_URL to offer TLS, and it does not. Turn TLS on there; or, if nobody else can read " +
      "what passes on the way, as under `supabase start`, set AMC_HISTORY_DATABASE_TLS=off.",
    { cause: error },
  );
}
