import type { AmcClient } from "../amc/mod.ts";
import type { Collector } from "./collector.ts";
import type { InstanceRow } from "./instance.ts";
import { isInstanceWide, pauseInstance } from "./pause_instance.ts";

/**
 * The client of an instance, as every step of the collector takes it. Whichever call meets an error that concerns the whole
 * instance, the instance is paused before the caller hears of it, so that no caller has to know which errors those are. What
 * came of a create is no error: the database pauses with its report (`report_create`).
 *
 * @throws StoredCredentialError when Vault holds no complete credential, once the instance is stopped for it
 */
export async function instanceClient(
  collector: Collector,
  instance: InstanceRow,
): Promise<AmcClient> {
  const pausing = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      if (isInstanceWide(error)) {
        await pauseInstance(collector, instance, error);
      }
      throw error;
    }
  };
  const client = await pausing(() => collector.clients.of(instance));
  return {
    createExecution: (request, how) => client.createExecution(request, how),
    getExecution: (id, how) => pausing(() => client.getExecution(id, how)),
    listExecutions: (query, how) =>
      pausing(() => client.listExecutions(query, how)),
    listPage: (query, how) => pausing(() => client.listPage(query, how)),
    cancelExecution: (id, how) =>
      pausing(() => client.cancelExecution(id, how)),
    downloadUrls: (id, how) => pausing(() => client.downloadUrls(id, how)),
    ensureWorkflow: (workflow, how) =>
      pausing(() => client.ensureWorkflow(workflow, how)),
    // Asks the storage, not AMC: what goes wrong there is the result's.
    openResult: (link, how) => client.openResult(link, how),
  };
}
