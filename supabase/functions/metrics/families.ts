import type { Database } from "../_shared/database/database.types.ts";
import type { Family, Sample } from "./open_metrics.ts";

type Figures =
  Database["public"]["Functions"]["tracking_figures"]["Returns"][number];

/** What metrics_report answers. */
export interface MetricsReport {
  figures: Figures[];
  /** The state of each instance. */
  states: Record<string, string>;
  /** Open ones by kind. */
  stoppages: Record<string, number>;
  /** Open ones by code. */
  alerts: Record<string, number>;
  /** Seconds since each. */
  heartbeats: Record<string, number>;
}

const DAY = "in the last 24 hours";

const STATES = [
  "connected",
  "throttled",
  "full",
  "reconnect_needed",
  "refused",
  "unreachable",
];

/** A report as families of OpenMetrics. What has an instance is told by its label. */
export function familiesOf(report: MetricsReport): Family[] {
  return [...ofInstances(report), ...ofTheWhole(report)];
}

/** Families with one value for each instance. */
const FIGURES: {
  name: string;
  help: string;
  unit?: string;
  value(of: Figures): number | null;
}[] = [
  {
    name: "success_ratio",
    help:
      `Completed and tracked weeks of those that completed or failed ${DAY}.`,
    unit: "ratio",
    value: ({ success_rate }) => success_rate,
  },
  {
    name: "untracked_ratio",
    help: `Weeks without an execution id of those that completed ${DAY}.`,
    unit: "ratio",
    value: ({ null_rate }) => null_rate,
  },
  {
    name: "adopted_executions",
    help: `Executions found in AMC's list ${DAY}.`,
    value: ({ adopted_executions }) => adopted_executions,
  },
  {
    name: "duplicate_executions",
    help: `Second executions of a week ${DAY}.`,
    value: ({ duplicate_executions }) => duplicate_executions,
  },
  {
    name: "throttles",
    help: `Pauses because AMC throttled ${DAY}.`,
    value: ({ throttles }) => throttles,
  },
  {
    name: "paused_seconds",
    help: `Time paused for AMC ${DAY}.`,
    unit: "seconds",
    value: ({ paused_seconds }) => paused_seconds,
  },
  {
    name: "oldest_due_seconds",
    help: "How long the oldest week that may be tried has been due.",
    unit: "seconds",
    value: ({ oldest_due_seconds }) => oldest_due_seconds,
  },
  {
    name: "slots",
    help: "Executions that may run at once.",
    value: ({ slots }) => slots,
  },
  {
    name: "slots_taken",
    help: "Slots that live attempts hold.",
    value: ({ slots_taken }) => slots_taken,
  },
  {
    name: "slots_elsewhere",
    help: "Slots that executions of others take.",
    value: ({ slots_elsewhere }) => slots_elsewhere,
  },
];

function ofInstances({ figures, states }: MetricsReport): Family[] {
  const of = (
    samples: (row: Figures) => Sample[],
  ): Sample[] =>
    figures.flatMap((row) =>
      samples(row).map(({ labels, value }) => ({
        labels: { instance: row.instance_id!, ...labels },
        value,
      }))
    );
  return [
    gauge(
      "instance_state",
      "1 for the state that an instance has, 0 for the others.",
      Object.entries(states).flatMap(([instance, is]) =>
        STATES.map((state) => ({
          labels: { instance, state },
          value: Number(state === is),
        }))
      ),
    ),
    gauge(
      "weeks",
      `Weeks by state: open ones now, and those that finished ${DAY}.`,
      of(({ weeks_by_state }) => all("state", Object(weeks_by_state))),
    ),
    gauge(
      "tracking_failures",
      `Tracking failures by reason ${DAY}.`,
      of(({ tracking_failures }) => all("reason", Object(tracking_failures))),
    ),
    {
      ...gauge(
        "week_seconds",
        `Time from a week's start to its result, of those that completed ${DAY}.`,
        of(({ seconds_p50, seconds_p95 }) => [
          { labels: { quantile: "0.5" }, value: seconds_p50 },
          { labels: { quantile: "0.95" }, value: seconds_p95 },
        ]),
      ),
      type: "summary",
      unit: "seconds",
    },
    ...FIGURES.map(({ name, help, unit, value }) => ({
      ...gauge(name, help, of((row) => [{ labels: {}, value: value(row) }])),
      unit,
    })),
  ];
}

function ofTheWhole(
  { stoppages, alerts, heartbeats }: MetricsReport,
): Family[] {
  return [
    gauge(
      "open_stoppages",
      "What is held up, by kind.",
      all("kind", stoppages),
    ),
    gauge(
      "open_alerts",
      "What a person should look at, by code.",
      all("code", alerts),
    ),
    {
      ...gauge(
        "heartbeat_age_seconds",
        "Time since the database last looked (watch), a worker ended a tick, and collect first accepted a wake-up after it.",
        all("name", heartbeats),
      ),
      unit: "seconds",
    },
  ];
}

function gauge(name: string, help: string, samples: Sample[]): Family {
  return { name: `amc_history_${name}`, type: "gauge", help, samples };
}

function all(label: string, values: Record<string, number>): Sample[] {
  return Object.entries(values).map(([name, value]) => ({
    labels: { [label]: name },
    value,
  }));
}
