export { type Certificate, makeCertificate } from "./certificate.ts";
export { type ClusterAddress, databaseUrl, type LoginRole } from "./address.ts";
export { checkout, local } from "./checkout.ts";
export {
  type Cluster,
  type ClusterOptions,
  createRoles,
  startCluster,
} from "./cluster.ts";
export { createDatabase, dropDatabase } from "./database.ts";
export { freePort, portIsFree } from "./port.ts";
export { migrate } from "../supabase_cli.ts";
