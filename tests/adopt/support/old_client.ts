import { createClient } from "@supabase/supabase-js";
import { startApi } from "../../../local/platform/api/mod.ts";
import type { LegacyDatabase } from "./legacy_database.ts";

const SECRET = "sb_secret_adopt_test";

/** The API of a project, with the door exposed or not. */
export async function withApi(
  database: LegacyDatabase,
  schemas: string[],
  work: (client: (schema: string, name?: string) => OldClient) => Promise<void>,
): Promise<void> {
  const api = await startApi({
    databaseUrl: database.authenticatorUrl,
    adminDatabaseUrl: database.adminUrl,
    publishableKeys: { default: "sb_publishable_adopt_test" },
    secretKeys: { default: SECRET },
    schemas,
    functions: () => Promise.resolve(new Response("none", { status: 404 })),
  });
  try {
    await work((schema, name = "old service") =>
      oldClient(api.url, schema, name)
    );
  } finally {
    await api.stop();
  }
}

/** The ids of the rows that the older service's clients work on in these tests. */
export const IDS = {
  collection: "00000000-0000-4000-8000-0000000000f1",
  execution: "00000000-0000-4000-8000-0000000000e1",
  week: "00000000-0000-4000-8000-000000000100",
};

/** What the older service does over the REST API, with its key. Each gives the HTTP status and what came. */
export type OldClient = ReturnType<typeof oldClient>;

function oldClient(url: string, schema: string, name: string) {
  const api = createClient(url, SECRET, {
    db: { schema },
    auth: { persistSession: false },
    global: { headers: { "x-client-info": name } },
  });
  const weeks = () => api.from("report_data_weeks");
  return {
    api,
    /** As its first version: three fields. */
    updateThree: (status: string, at: string) =>
      weeks().update({ status, updated_at: at }).eq(
        "collection_id",
        IDS.collection,
      ).eq("id", IDS.week).select("id,status"),
    /** As its later version: five fields. */
    updateFive: (status: string, at: string, data: unknown) =>
      weeks().update({
        status,
        updated_at: at,
        data,
        execution_id: IDS.execution,
      }).eq("collection_id", IDS.collection).eq("id", IDS.week)
        .select("id,status,execution_id"),
    insertWeek: (start: string, end: string) =>
      weeks().insert({
        collection_id: IDS.collection,
        week_start_date: start,
        week_end_date: end,
      }).select("id,status"),
    upsertWeek: (start: string, end: string, status: string) =>
      weeks().upsert({
        collection_id: IDS.collection,
        week_start_date: start,
        week_end_date: end,
        status,
      }, { onConflict: "collection_id,week_start_date" }).select("status"),
    upsertById: (status: string) =>
      api.from("workflow_executions").upsert({
        id: IDS.execution,
        execution_id: "exec_1",
        status,
      }).select("id,status"),
    embedded: () =>
      weeks().select(
        "week_start_date,workflow_executions(execution_id),report_data_collections(collection_id,workflows(name))",
      ).eq("id", IDS.week),
    deleteWeek: (start: string) =>
      weeks().delete().eq("collection_id", IDS.collection).eq(
        "week_start_date",
        start,
      ),
  };
}
