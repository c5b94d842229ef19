import type postgres from "postgres";

/** Weeks of a workflow, with their rows. */
export interface Years {
  instance: string;
  /** A member of the instance. */
  member: string;
  /** Name of the view with types. */
  results: string;
  /** Name of the view with texts. */
  raw: string;
  /** Name of the view that unites the versions. */
  series: string;
}

/**
 * Gives each instance five completed weeks of a new workflow from 6 January 2025 on, each with two rows, of a spend of
 * 20 in all. The instances are made where they are not there.
 *
 * @param sql a session of postgres
 */
export async function addYears(
  sql: postgres.Sql,
  instances: string[],
  workflow: string,
): Promise<Years[]> {
  const years: Years[] = [];
  for (const instance of instances) {
    years.push(await addYear(sql, instance, workflow));
  }
  return years;
}

async function addYear(
  sql: postgres.Sql,
  instance: string,
  name: string,
): Promise<Years> {
  const email = `${instance}@example.com`;
  await sql`
    insert into auth.users (id, email, email_confirmed_at)
    select gen_random_uuid(), ${email}, now() where not exists (select from auth.users where email = ${email})`;
  const [{ id: member }] =
    await sql`select id from auth.users where email = ${email}`;
  await sql`
    insert into public.amc_instances (id, entity_id, marketplace_id, region, credential_name)
    values (${instance}, 'ENTITY1', 'ATVPDKIKX0DER', 'NA', 'none') on conflict do nothing`;
  const [{ workflow_id, results, raw, series }] = await sql`
    with saved as (
      insert into public.amc_workflows (instance_id, name, sql_query) values (${instance}, ${name}, ${`select '${name}'`})
      returning *)
    select s.id as workflow_id, s.results_view as results, s.raw_view as raw, s.series_view as series from saved s`;
  await sql`
    select amc_history.create_result_table(f, array['campaign', 'spend']) from public.amc_workflows f
    where f.instance_id = ${instance} and f.id = ${workflow_id}`;
  await sql`
    update amc_history.result_tables set types = '{text,numeric}'
    where instance_id = ${instance} and workflow_id = ${workflow_id}`;
  await sql`
    select amc_history.create_result_views(t) from amc_history.result_tables t
    where instance_id = ${instance} and workflow_id = ${workflow_id}`;
  await addWeeks(sql, instance, workflow_id);
  return { instance, member, results, raw, series };
}

async function addWeeks(
  sql: postgres.Sql,
  instance: string,
  workflow: string,
): Promise<void> {
  await sql.unsafe(`
    with collection as (
      insert into public.report_data_collections (instance_id, workflow_id, start_date, end_date)
      values ('${instance}', '${workflow}', '2025-01-06', '2025-02-09') returning id
    )
    insert into public.report_data_weeks (collection_id, week_start_date, week_end_date)
    select id, date '2025-01-06' + 7 * i, date '2025-01-06' + 7 * i + 6 from collection, generate_series(0, 4) i;
    insert into public.workflow_executions (id, week_id, status)
    select gen_random_uuid(), w.id, 'SUCCEEDED'
    from public.report_data_weeks w join public.report_data_collections c on c.id = w.collection_id
    where c.instance_id = '${instance}' and c.workflow_id = '${workflow}';
    insert into public.result_loads (execution_id, fence, table_name, header, complete, completed_at, summary, checksum, records)
    select e.id, 1, t.table_name, t.header, true, now(), '{}', '0', 2
    from public.workflow_executions e join public.report_data_weeks w on w.id = e.week_id
    join public.report_data_collections c on c.id = w.collection_id
    join amc_history.result_tables t on t.instance_id = c.instance_id and t.workflow_id = c.workflow_id
    where c.instance_id = '${instance}' and c.workflow_id = '${workflow}';
    update public.report_data_weeks w set status = 'completed', execution_id = e.id
    from public.workflow_executions e join public.result_loads l on l.execution_id = e.id
    where e.week_id = w.id and w.status = 'pending';`);
  const [{ table_name }] = await sql`
    select table_name from amc_history.result_tables where instance_id = ${instance} and workflow_id = ${workflow}`;
  await sql`
    insert into ${
    sql(`amc_results.${table_name}`)
  } (load_id, line, campaign, spend)
    select l.id, i, 'c' || i, 10 from public.result_loads l, generate_series(1, 2) i
    where l.table_name = ${table_name}`;
}
