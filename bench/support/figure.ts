/** One measured figure, as a row of the table. */
export interface Figure {
  name: string;
  /** The measured value with its unit. */
  measured: string;
  /** What it should be, in words; none for what is only stated. */
  target?: string;
  /** Whether the target is met. */
  met?: boolean;
  /** Why it is missed when it is, as far as that is known. */
  reason?: string;
}

/** A group of figures that were measured together, and how to read them. */
export interface Section {
  title: string;
  figures: Figure[];
  /** Paragraphs: what was done, what each figure means, why a target is missed. */
  meaning: string[];
}

/** A section with the group that `npm run bench -- <group>` measures it in. */
export interface Measured extends Section {
  group: string;
}

/** A ratio beside the least that it should be. */
export function atLeast(name: string, ratio: number, least: number): Figure {
  return {
    name,
    measured: ratio.toFixed(2),
    target: `≥ ${least}`,
    met: ratio >= least,
  };
}

/** A value beside the limit that it should lie under. */
export function under(
  name: string,
  value: number,
  limit: number,
  unit: string,
): Figure {
  return {
    name,
    measured: `${short(value)} ${unit}`,
    target: `< ${limit} ${unit}`,
    met: value < limit,
  };
}

/** A figure with the reason to give when it misses its target. */
export function because(figure: Figure, reason: string): Figure {
  return { ...figure, reason };
}

/** A figure that is only stated. */
export function stated(name: string, measured: string): Figure {
  return { name, measured };
}

/** Three significant digits, with separated thousands. */
export function short(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en");
  return String(Number(value.toPrecision(3)));
}
