/** An AMC instance, as every claim returns it: what requests to AMC must name. */
export interface InstanceRow {
  /** AMC's instance id, such as `amcr1aaaa1a`. */
  instance_id: string;
  /** The AMC account id, `ENTITY…`. */
  entity_id: string;
  marketplace_id: string;
  /** NA, EU or FE. */
  region: string;
  /** The name of the credential in Vault. */
  credential_name: string;
}
