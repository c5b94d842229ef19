import type { Figure, Measured, Section } from "./figure.ts";
import type { Machine } from "./machine.ts";

const README = new URL("../README.md", import.meta.url);
const BEGIN = "<!-- figures: written by npm run bench -->";
const END = "<!-- end of figures -->";

const COLUMNS = ["figure", "measured", "target", ""];

/** A section for the terminal. */
export function printed(section: Section): string {
  const rows = section.figures.map(cells);
  const widths = COLUMNS.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => row[i].length))
  );
  const line = (row: string[]) =>
    row.map((cell, i) => cell.padEnd(widths[i])).join("  ").trimEnd();
  return ["", section.title, ...rows.map((row) => `  ${line(row)}`)].join("\n");
}

/** Writes all sections into bench/README.md, between its markers, formatted as the formatter wants it. */
export async function writeReadme(
  sections: Measured[],
  machine: Machine,
  minutes: number,
): Promise<void> {
  const text = await Deno.readTextFile(README);
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) {
    throw new Error(
      `Expected bench/README.md to hold ${BEGIN} and then ${END}: put both back.`,
    );
  }
  const written = [
    BEGIN,
    describeRun(machine, minutes),
    ...sections.map(asMarkdown),
    "",
  ].join("\n\n");
  await Deno.writeTextFile(
    README,
    text.slice(0, begin) + written + text.slice(end),
  );
  await new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", README.pathname],
  }).output();
}

function describeRun(machine: Machine, minutes: number): string {
  return `\`npm run bench\` on ${new Date().toISOString().slice(0, 10)}, in ${
    minutes.toFixed(1)
  } minutes: ${machine.cores} cores, ${machine.memoryGiB} GiB of memory, ${machine.system}, PostgreSQL ${machine.postgres} (${machine.settings}), Deno ${machine.deno}. Load average before the run: ${
    machine.load.map((value) => value.toFixed(1)).join(", ")
  } (1, 5, 15 minutes)${
    machine.load[0] > machine.cores / 4
      ? ": other programs used the machine too, so rates are lower than they could be, and ratios spread more."
      : "."
  }`;
}

function asMarkdown({ title, group, figures, meaning }: Measured): string {
  const row = (values: string[]) => `| ${values.join(" | ")} |`;
  const table = [
    row(COLUMNS),
    row(COLUMNS.map(() => "---")),
    ...figures.map((figure) => row(cells(figure))),
  ].join("\n");
  const command = `\`npm run bench -- ${group}\``;
  return [`### ${title}`, command, table, ...missed(figures), ...meaning]
    .join("\n\n");
}

/** A paragraph for each target that is missed. */
function missed(figures: Figure[]): string[] {
  return figures.filter(({ met }) => met === false).map(({ name, reason }) =>
    `Missed, ${name}: ${reason ?? "the reason is not known."}`
  );
}

function cells({ name, measured, target, met }: Figure): string[] {
  const verdict = met === undefined ? "" : met ? "met" : "**missed**";
  return [name, measured, target ?? "", verdict];
}
