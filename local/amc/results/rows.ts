/**
 * AMC simulator: rows of a weekly campaign performance as an analyst gets them: ids beyond 2^53, names with
 * commas, quotes and many scripts, amounts with 17 decimals, and metrics withheld where fewer than 100 people
 * were reached (guide, M: MEDIUM and HIGH columns).
 */
import { integerBetween, pick, type Random, seededRandom } from "../random.ts";
import type { Execution, OutputColumn } from "../types.ts";

/** The least reach at which metrics are shown. */
const LEAST_REACH = 100;
const DAY_MS = 24 * 3600 * 1000;

const BRANDS = [
  "Acme",
  "Müller & Söhne",
  "O'Brien",
  "東京ホーム",
  'Café "Olé"',
  "Żabka",
  "Nordlys, Inc.",
  "شركة النور",
];
const GOALS = [
  "Prospecting",
  "Retargeting, 30 days",
  "Brand defense",
  'Launch "Spring"',
  "Always-on; US",
  "50% off",
  "Conquest\\Category",
  "Holiday 🎁",
];
const AD_PRODUCTS = [
  "sponsored_products",
  "sponsored_brands",
  "sponsored_display",
  "amazon_dsp",
];
const PLACEMENTS = [
  "Top of Search on-Amazon",
  "Detail Page on-Amazon",
  "Other on-Amazon",
  "Off Amazon",
  "Streaming TV",
];

/** One row before its cells are written. */
export interface Row {
  random: Random;
  /** Whether privacy withholds its metrics. */
  withheld: boolean;
  cells: Record<string, string>;
}

/** Where rows come from: the same source gives the same rows. */
export interface RowSource {
  seed: string;
  instanceId: string;
  workflowId: string;
  windowStart: string;
  windowStartAt: number;
  windowEndAt: number;
}

/** Where an execution's rows come from. */
export function sourceOf(execution: Execution, seed: string): RowSource {
  const { windowStart, windowEnd, timeZone } = execution;
  return {
    seed,
    instanceId: execution.instanceId,
    workflowId: execution.workflowId,
    windowStart: `${windowStart} ${windowEnd} ${timeZone}`,
    windowStartAt: execution.windowStartAt ?? 0,
    windowEndAt: execution.windowEndAt ?? 0,
  };
}

/** Draws `count` rows; campaigns keep their ids and names from week to week. */
export function* drawRows(source: RowSource, count: number): Generator<Row> {
  const { seed, instanceId, workflowId, windowStart } = source;
  const week = `${seed}:${instanceId}:${workflowId}:${windowStart}`;
  const random = seededRandom(week);
  const firstCampaign = integerBetween(random, 0, 20);
  let campaign = drawCampaign(source, firstCampaign);
  for (let index = 0; index < count; index++) {
    if (index % 4 === 0) {
      campaign = drawCampaign(source, firstCampaign + index / 4);
    }
    const placement = PLACEMENTS[(index % 4 + campaign.shift) % 5];
    yield drawRow(source, random, campaign, placement);
  }
}

/** The text of a cell; columns that are not of the campaign report get a value of their type. */
export function cellOf(
  row: Row,
  column: OutputColumn,
  flagColumn: string | undefined,
): string | null {
  if (column.name === flagColumn) return row.withheld ? "TRUE" : "FALSE";
  const withheld = row.withheld && column.columnType === "METRIC" &&
    column.name !== "impressions" && column.name !== "clicks";
  if (withheld) return null;
  const known = row.cells[column.name];
  if (known !== undefined) return known;
  const { random, cells } = row;
  switch (column.dataType.toUpperCase()) {
    case "LONG":
    case "INTEGER":
      return String(integerBetween(random, 0, 100_000));
    case "DECIMAL":
    case "DOUBLE":
    case "FLOAT":
      return decimal(random, 1000);
    case "DATE":
      return cells.first_event_dt_utc;
    case "TIMESTAMP":
      return cells.last_event_dttm_utc;
    case "BOOLEAN":
      return random() < 0.5 ? "TRUE" : "FALSE";
    default:
      return `${pick(random, BRANDS)} ${column.name}`;
  }
}

interface Campaign {
  id: string;
  name: string;
  adProduct: string;
  shift: number;
}

function drawCampaign(source: RowSource, index: number): Campaign {
  const random = seededRandom(
    `${source.seed}:${source.instanceId}:campaign:${index}`,
  );
  const middle = String(integerBetween(random, 0, 99_999_999_999));
  const id = String(integerBetween(random, 3, 8)) + middle.padStart(11, "0") +
    String(index % 1_000_000).padStart(6, "0");
  const adProduct = pick(random, AD_PRODUCTS);
  const name = `${pick(random, BRANDS)} | ${pick(random, GOALS)} | ${index}`;
  return { id, name, adProduct, shift: integerBetween(random, 0, 4) };
}

function drawRow(
  source: RowSource,
  random: Random,
  campaign: Campaign,
  placement: string,
): Row {
  const impressions = Math.floor(40 * Math.exp(random() * 8));
  const clicks = Math.floor(impressions * (0.001 + random() * 0.02));
  const purchases = Math.floor(clicks * random() * 0.15);
  const reach = Math.max(1, Math.floor(impressions * (0.4 + random() * 0.5)));
  const length = source.windowEndAt - source.windowStartAt;
  const first = source.windowStartAt +
    Math.floor(random() * Math.min(length, DAY_MS));
  const last = source.windowEndAt - 1 -
    Math.floor(random() * Math.min(length, DAY_MS));
  return {
    random,
    withheld: reach < LEAST_REACH,
    cells: {
      campaign_id: campaign.id,
      campaign: campaign.name,
      ad_product_type: campaign.adProduct,
      placement,
      first_event_dt_utc: new Date(first).toISOString().slice(0, 10),
      last_event_dttm_utc: new Date(last).toISOString().slice(0, 23),
      impressions: String(impressions),
      clicks: String(clicks),
      spend: clicks === 0 ? "0" : decimal(random, clicks * 2),
      purchases: String(purchases),
      product_sales: purchases === 0 ? "0" : decimal(random, purchases * 80),
      unique_reach: String(reach),
    },
  };
}

/** An amount below `most` with 17 decimals, as DECIMAL(38,17) has them (SPEC, M). */
function decimal(random: Random, most: number): string {
  const whole = Math.floor(random() * most);
  const high = String(integerBetween(random, 0, 99_999_999)).padStart(8, "0");
  const low = String(integerBetween(random, 1, 999_999_999)).padStart(9, "0");
  return `${whole}.${high}${low}`;
}
