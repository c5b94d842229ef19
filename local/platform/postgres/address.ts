/** The roles that sign in with a password. */
export type LoginRole = "postgres" | "authenticator" | "supabase_admin";

/** Where a cluster listens and how to sign in: plain data, so that another process can be told. */
export interface ClusterAddress {
  host: string;
  port: number;
  passwords: Record<LoginRole, string>;
  /** The certificate, in PEM, of who signed the one that the server shows to clients that ask for TLS. */
  authority: string;
}

/** The connection URL of a database for one role, with the password. */
export function databaseUrl(
  cluster: ClusterAddress,
  role: LoginRole,
  database: string,
): string {
  const { host, port, passwords } = cluster;
  return `postgresql://${role}:${passwords[role]}@${host}:${port}/${
    encodeURIComponent(database)
  }`;
}
