/** How much is loaded at once, and how much at most. */
export interface LoadLimits {
  /** AMC_SEGMENT_BYTES: a segment ends with the first record that reaches so many bytes. */
  segmentBytes: number;
  /** AMC_CALL_BYTES: what one call of the worker loads, since it has 2 s of CPU. */
  callBytes: number;
  /** AMC_RESULT_MAX_BYTES: a larger result fails its week. */
  resultBytes: number;
  /** AMC_RESULT_MAX_RECORDS: a result with more fails its week. */
  resultRecords: number;
  /** AMC_RESULT_MAX_COLUMNS: a result with more fails its week. */
  resultColumns: number;
  /** AMC_RESULT_MAX_RECORD_BYTES: a result with a longer record fails its week. */
  recordBytes: number;
}

/** The limits where nothing is set. */
export const DEFAULT_LIMITS: LoadLimits = {
  segmentBytes: 64 * 2 ** 20,
  callBytes: 100 * 2 ** 20,
  resultBytes: 10 * 2 ** 30,
  resultRecords: 100_000_000,
  resultColumns: 250,
  recordBytes: 16 * 2 ** 20,
};

const VARIABLES: Record<keyof LoadLimits, string> = {
  segmentBytes: "AMC_SEGMENT_BYTES",
  callBytes: "AMC_CALL_BYTES",
  resultBytes: "AMC_RESULT_MAX_BYTES",
  resultRecords: "AMC_RESULT_MAX_RECORDS",
  resultColumns: "AMC_RESULT_MAX_COLUMNS",
  recordBytes: "AMC_RESULT_MAX_RECORD_BYTES",
};

/**
 * Reads the limits from the environment.
 *
 * @param read gives a variable's value, or undefined
 * @throws TypeError naming a variable that is not a whole number above 0
 */
export function readLimits(
  read: (variable: string) => string | undefined,
): LoadLimits {
  const limits = { ...DEFAULT_LIMITS };
  for (const key of Object.keys(VARIABLES) as (keyof LoadLimits)[]) {
    const text = read(VARIABLES[key])?.trim();
    if (!text) continue;
    if (!/^[1-9]\d{0,14}$/.test(text)) {
      throw new TypeError(
        `${VARIABLES[key]}: expected a whole number above 0, got ${text}.`,
      );
    }
    limits[key] = Number(text);
  }
  return limits;
}
