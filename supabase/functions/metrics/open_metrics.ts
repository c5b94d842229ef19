/** One value of a family, told from the others by its labels. A value that is null is left out. */
export interface Sample {
  labels: Record<string, string>;
  value: number | null;
}

/** Samples of one name. */
export interface Family {
  name: string;
  type: "gauge" | "summary";
  /** With it the name has to end, behind an underscore. */
  unit?: string;
  help: string;
  samples: Sample[];
}

/** The content type of {@link formatMetrics}. */
export const CONTENT_TYPE =
  "application/openmetrics-text; version=1.0.0; charset=utf-8";

/** Families in the text format of OpenMetrics 1.0. */
export function formatMetrics(families: Family[]): string {
  return [...families.flatMap(linesOf), "# EOF", ""].join("\n");
}

function linesOf({ name, type, unit, help, samples }: Family): string[] {
  return [
    `# TYPE ${name} ${type}`,
    ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]),
    `# HELP ${name} ${escape(help)}`,
    ...samples.filter(({ value }) => value !== null).map(({ labels, value }) =>
      `${name}${labelsOf(labels)} ${value}`
    ),
  ];
}

function labelsOf(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([name, value]) =>
    `${name}="${escape(value)}"`
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escape(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")
    .replaceAll('"', '\\"');
}
