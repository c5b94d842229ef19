import type { ClusterAddress } from "../../local/platform/postgres/mod.ts";

/** The variable by which `npm test` tells the tests where the cluster is. */
export const CLUSTER_VARIABLE = "AMC_HISTORY_TEST_CLUSTER";

/** What {@link CLUSTER_VARIABLE} holds, as JSON. */
export interface TestCluster {
  cluster: ClusterAddress;
  /** Name of a database with the migrations applied, to be copied by each test. */
  template: string;
}

/**
 * The cluster that `npm test` has started.
 *
 * @throws when the tests were not started through `npm test`
 */
export function testCluster(): TestCluster {
  const told = Deno.env.get(CLUSTER_VARIABLE);
  if (told === undefined) {
    throw new Error(
      "This test needs the cluster that `npm test` starts: run `npm test -- <path of the test file>`.",
    );
  }
  return JSON.parse(told);
}
