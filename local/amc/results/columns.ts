/** AMC simulator: the columns of a result. */
import type { OutputColumn, Workflow } from "../types.ts";

/** Columns of the weekly campaign performance that workflows yield unless they declare their own. */
export const CAMPAIGN_COLUMNS: readonly OutputColumn[] = [
  dimension("campaign_id", "LONG"),
  dimension("campaign", "STRING"),
  dimension("ad_product_type", "STRING"),
  dimension("placement", "STRING"),
  dimension("first_event_dt_utc", "DATE"),
  dimension("last_event_dttm_utc", "TIMESTAMP"),
  metric("impressions", "LONG"),
  metric("clicks", "LONG"),
  metric("spend", "DECIMAL"),
  metric("purchases", "LONG"),
  metric("product_sales", "DECIMAL"),
  metric("unique_reach", "LONG"),
];

/**
 * The columns that a workflow yields: its declared `outputColumns`, else the campaign columns; behind them the
 * column named by `filteredMetricsDiscriminatorColumn`, if it has one (SPEC, H; its place is a guess).
 */
export function columnsOf(workflow: Workflow): OutputColumn[] {
  const declared = workflow.outputColumns ?? [];
  const columns = (declared.length > 0 ? declared : CAMPAIGN_COLUMNS).map(
    ({ columnType, dataType, name }) => ({ columnType, dataType, name }),
  );
  const flag = workflow.filteredMetricsDiscriminatorColumn;
  if (flag && !columns.some(({ name }) => name === flag)) {
    columns.push(dimension(flag, "BOOLEAN"));
  }
  return columns;
}

function dimension(name: string, dataType: string): OutputColumn {
  return { columnType: "DIMENSION", dataType, name };
}

function metric(name: string, dataType: string): OutputColumn {
  return { columnType: "METRIC", dataType, name };
}
