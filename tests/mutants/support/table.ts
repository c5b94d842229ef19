import type { Verdict } from "./verdict.ts";

const WORDS = { bitten: "yes", survived: "no", broken: "no: broken" };

/** The first test that failed, with nothing that differs from run to run. */
function testOf({ outcome, words }: Verdict): string {
  if (outcome !== "bitten") return "";
  const [, path, name] = /^(\S+): (.*)$/.exec(words[0])!;
  const short = path.replace(/^supabase\/(functions\/)?tests\//, "");
  const said = name.replace(/^not ok \d+ - /, "")
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "…");
  return `\`${short}\`: ${said}`;
}

function row(cells: string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

const HEAD = [
  row(["mutant", "guard", "switched off", "first test that fails", "bitten"]),
  row(Array(5).fill("---")),
];

function rowOf(verdict: Verdict): string {
  const { name, guard, off } = verdict.mutant;
  return row([name, guard, off, testOf(verdict), WORDS[verdict.outcome]]);
}

/** The table of some mutants, as Markdown. */
export function table(verdicts: Verdict[]): string {
  return [...HEAD, ...verdicts.map(rowOf)].join("\n");
}
