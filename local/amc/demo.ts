/** AMC simulator: what it holds when nothing else is asked for. */
import type { InstanceSettings, Workflow } from "./types.ts";

/** The instance of the demo: the ids are those of Amazon's own samples (captured). */
export const DEMO_INSTANCE: InstanceSettings = {
  instanceId: "amcr1aaaa1a",
  entityId: "ENTITY1AA1AA11AAA1",
  marketplaceId: "ATVPDKIKX0DER",
  name: "myinstance",
  termsAccepted: true,
};

/** A weekly campaign performance query, as an analyst would save it; its result has the simulator's columns. */
export const DEMO_WORKFLOW: Omit<Workflow, "workflowId"> = {
  sqlQuery: "SELECT campaign_id, campaign, ad_product_type, placement, " +
    "MIN(event_dt_utc) AS first_event_dt_utc, MAX(event_dttm_utc) AS last_event_dttm_utc, " +
    "SUM(impressions) AS impressions, SUM(clicks) AS clicks, SUM(spend) AS spend, " +
    "SUM(purchases) AS purchases, SUM(product_sales) AS product_sales, " +
    "COUNT(DISTINCT user_id) AS unique_reach " +
    "FROM amazon_attributed_events_by_traffic_time " +
    "GROUP BY campaign_id, campaign, ad_product_type, placement",
  inputParameters: [],
  outputFormat: {
    separatorCharacter: ",",
    quoteCharacter: '"',
    escapeCharacter: '"',
  },
  privacyFilteringBehavior: "REMOVE_VALUES",
  filteredMetricsDiscriminatorColumn: "filtered",
};
