// The files in which guards are.

export const COLLECTIONS = "supabase/migrations/20260105090000_collections.sql";
export const TRACKING =
  "supabase/migrations/20260112090000_execution_tracking.sql";
export const UPDATE_WEEK_STATUS =
  "supabase/migrations/20260112100000_update_week_status.sql";
export const START = "supabase/migrations/20260119090000_start_collection.sql";
export const ATTEMPTS = "supabase/migrations/20260126090000_attempts.sql";
export const LISTINGS = "supabase/migrations/20260202090000_listings.sql";
export const RESULTS = "supabase/migrations/20260209090000_results.sql";
export const LOADS = "supabase/migrations/20260209100000_loads.sql";
export const CONTROL = "supabase/migrations/20260223090000_control.sql";
export const STRAYS = "supabase/migrations/20260302090000_strays.sql";
export const PERSONS_WORD =
  "supabase/migrations/20260303090000_persons_word.sql";
export const READING = "supabase/migrations/20260316090000_reading.sql";
export const VERSIONS = "supabase/migrations/20260316100000_versions.sql";
export const RESTATEMENT = "supabase/migrations/20260323090000_restatement.sql";

export const CONFIRM = "supabase/functions/_shared/collector/confirm.ts";
export const CREATE = "supabase/functions/_shared/amc/create_execution.ts";
export const HTTP = "supabase/functions/_shared/amc/http.ts";
export const MATCHER = "supabase/functions/_shared/amc/matcher.ts";
export const LISTING = "supabase/functions/_shared/collector/listing.ts";
export const SUBMIT = "supabase/functions/_shared/collector/submit.ts";
export const SURVEY = "supabase/functions/_shared/collector/survey.ts";
