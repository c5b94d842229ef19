/** A certificate for this machine, in PEM. */
export interface Certificate {
  cert: string;
  key: string;
  /** The certificate of who signed it. */
  authority: string;
}

/** Makes a certificate for localhost, and an authority that signs it. */
export async function makeCertificate(): Promise<Certificate> {
  // Loaded only here: it takes longer than anything else that a start of the platform imports.
  const { generate } = await import("selfsigned");
  const kind = { keyType: "ec", curve: "P-256", algorithm: "sha256" } as const;
  const authority = await generate(
    [{ name: "commonName", value: "amc-history local authority" }],
    {
      ...kind,
      extensions: [
        { name: "basicConstraints", cA: true, critical: true },
        { name: "keyUsage", keyCertSign: true, critical: true },
      ],
    },
  );
  const signed = await generate(
    [{ name: "commonName", value: "localhost" }],
    {
      ...kind,
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
