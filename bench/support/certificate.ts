import { generate } from "selfsigned";
import type { BenchDatabase } from "./database.ts";

/** A certificate for this machine, in PEM. */
export interface Certificate {
  cert: string;
  key: string;
  /** The certificate of who signed it. */
  authority: string;
}

/** Makes a certificate for localhost, and an authority that signs it. */
export async function makeCertificate(): Promise<Certificate> {
  const authority = await generate(
    [{ name: "commonName", value: "amc-history bench" }],
    {
      keySize: 2048,
      extensions: [
        { name: "basicConstraints", cA: true, critical: true },
        { name: "keyUsage", keyCertSign: true, critical: true },
      ],
    },
  );
  const signed = await generate(
    [{ name: "commonName", value: "localhost" }],
    {
      keySize: 2048,
      ca: { key: authority.private, cert: authority.cert },
      extensions: [
        { name: "basicConstraints", cA: false },
        {
          name: "subjectAltName",
          altNames: [{ type: 2, value: "localhost" }],
        },
      ],
    },
  );
  return {
    cert: signed.cert,
    key: signed.private,
    authority: authority.cert,
  };
}

/** Has the server offer TLS with a certificate, from the next connection on. */
export async function offerTls(
  { admin }: BenchDatabase,
  certificate: Certificate,
): Promise<void> {
  // Written by the server itself, whose user alone may read its key.
  for (
    const [file, text] of [
      ["server.crt", certificate.cert],
      ["server.key", certificate.key],
    ]
  ) {
    await admin.unsafe(
      `copy (select unnest(string_to_array('${text.trim()}', e'\\n')))
       to program 'umask 077 && cat > ${file}'`.replaceAll("\r", ""),
    );
  }
  await admin.unsafe("alter system set ssl = on");
  await admin.unsafe("select pg_reload_conf()");
}
