/** A saved workflow. A version never changes: its id names its content. */
export interface WorkflowDefinition {
  /** Letters, digits, `.`, `-`, `_` (SPEC; H). */
  workflowId: string;
  sqlQuery: string;
  /** AMC's `inputParameters`, at most 100 (SPEC; H). */
  inputParameters: readonly unknown[];
  /** AMC's `outputFormat`: separatorCharacter, quoteCharacter, escapeCharacter. Always given, since the defaults are not documented. */
  outputFormat: Record<string, unknown>;
}
