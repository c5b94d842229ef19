import type { Json } from "../database/database.types.ts";
import type { Collector } from "./collector.ts";

/** Gets a collection's parameters, null for none: large ones travel only where a run of AMC's list is to be compared. */
export type Parameters = (collectionId: string) => Promise<Json>;

/** Makes a {@link Parameters} that asks the database once for each collection. */
export function parametersOf({ rpc }: Collector): Parameters {
  const asked = new Map<string, Promise<Json>>();
  return (collection_id) => {
    const answer = asked.get(collection_id) ??
      rpc("collection_parameters", { collection_id });
    asked.set(collection_id, answer);
    return answer;
  };
}

/**
 * Whether an execution ran with our parameters. AMC echoes them (captured empty: H; filled: L).
 *
 * @param ours parameters by name; null or undefined: none
 * @param echoed what AMC echoes; null: none
 */
export function sameParameters(ours: unknown, echoed: unknown): boolean {
  const canonical = (values: unknown) =>
    JSON.stringify(
      Object.entries((values ?? {}) as Record<string, unknown>).sort((
        [a],
        [b],
      ) => a < b ? -1 : 1),
    );
  return canonical(ours) === canonical(echoed);
}
