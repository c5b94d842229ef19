// Generated from the migrations by `npm run types`: do not edit.
// deno-lint-ignore-file

export type Json = string | number | boolean | null | {
  [key: string]: Json | undefined;
} | Json[];

export type Database = {
  "public": {
    Tables: {
      "amc_instance_members": {
        Row: {
          "added_at": string;
          "instance_id": string;
          "role": string;
          "user_id": string;
        };
        ComputedFields: never;
        Insert: {
          "added_at"?: string;
          "instance_id": string;
          "role"?: string;
          "user_id": string;
        };
        Update: {
          "added_at"?: string;
          "instance_id"?: string;
          "role"?: string;
          "user_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "amc_instance_members_instance_id_fkey";
            columns: ["instance_id"];
            isOneToOne: false;
            referencedRelation: "amc_instances";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "amc_instance_members_instance_id_fkey";
            columns: ["instance_id"];
            isOneToOne: false;
            referencedRelation: "instance_states";
            referencedColumns: ["instance_id"];
          },
        ];
      };
      "amc_instances": {
        Row: {
          "created_at": string;
          "credential_name": string;
          "credential_outcome": string | null;
          "credential_refused_at": string | null;
          "credential_tried_at": string | null;
          "credential_try_at": string | null;
          "credential_version": number;
          "daily_limit": number | null;
          "dry_runs": string;
          "entity_id": string;
          "id": string;
          "last_claimed_at": string | null;
          "list_due_at": string;
          "list_fence": number;
          "list_lag_seconds": number;
          "list_leased_until": string | null;
          "marketplace_id": string;
          "matcher_proved_at": string | null;
          "max_parallel": number;
          "name": string | null;
          "overdue_hours": number;
          "pause_reason": string | null;
          "paused_until": string | null;
          "poll_seconds": number;
          "region": string;
          "running_elsewhere": number;
          "throttles_in_row": number;
          "window_proved_at": string | null;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "credential_name": string;
          "credential_outcome"?: string | null;
          "credential_refused_at"?: string | null;
          "credential_tried_at"?: string | null;
          "credential_try_at"?: string | null;
          "credential_version"?: number;
          "daily_limit"?: number | null;
          "dry_runs"?: string;
          "entity_id": string;
          "id": string;
          "last_claimed_at"?: string | null;
          "list_due_at"?: string;
          "list_fence"?: number;
          "list_lag_seconds"?: number;
          "list_leased_until"?: string | null;
          "marketplace_id": string;
          "matcher_proved_at"?: string | null;
          "max_parallel"?: number;
          "name"?: string | null;
          "overdue_hours"?: number;
          "pause_reason"?: string | null;
          "paused_until"?: string | null;
          "poll_seconds"?: number;
          "region": string;
          "running_elsewhere"?: number;
          "throttles_in_row"?: number;
          "window_proved_at"?: string | null;
        };
        Update: {
          "created_at"?: string;
          "credential_name"?: string;
          "credential_outcome"?: string | null;
          "credential_refused_at"?: string | null;
          "credential_tried_at"?: string | null;
          "credential_try_at"?: string | null;
          "credential_version"?: number;
          "daily_limit"?: number | null;
          "dry_runs"?: string;
          "entity_id"?: string;
          "id"?: string;
          "last_claimed_at"?: string | null;
          "list_due_at"?: string;
          "list_fence"?: number;
          "list_lag_seconds"?: number;
          "list_leased_until"?: string | null;
          "marketplace_id"?: string;
          "matcher_proved_at"?: string | null;
          "max_parallel"?: number;
          "name"?: string | null;
          "overdue_hours"?: number;
          "pause_reason"?: string | null;
          "paused_until"?: string | null;
          "poll_seconds"?: number;
          "region"?: string;
          "running_elsewhere"?: number;
          "throttles_in_row"?: number;
          "window_proved_at"?: string | null;
        };
        Relationships: [];
      };
      "amc_workflows": {
        Row: {
          "check_asked_at": string | null;
          "check_kind": string;
          "checked_at": string | null;
          "created_at": string;
          "empty_noted_at": string | null;
          "id": string;
          "instance_id": string;
          "name": string;
          "output_columns": Json | null;
          "output_format": NonNullable<Json>;
          "parameters": NonNullable<Json>;
          "raw_view": string;
          "result_table": string;
          "results_view": string;
          "retention_months": number | null;
          "rows_seen_at": string | null;
          "saved_at": string | null;
          "saved_by": string | null;
          "series_view": string;
          "sql_query": string;
          "sql_written": string;
          "version_hash": string;
        };
        ComputedFields: never;
        Insert: {
          "check_asked_at"?: string | null;
          "check_kind"?: string;
          "checked_at"?: string | null;
          "created_at"?: string;
          "empty_noted_at"?: string | null;
          "id": string;
          "instance_id": string;
          "name": string;
          "output_columns"?: Json | null;
          "output_format"?: NonNullable<Json>;
          "parameters"?: NonNullable<Json>;
          "raw_view"?: never;
          "result_table": string;
          "results_view"?: never;
          "retention_months"?: number | null;
          "rows_seen_at"?: string | null;
          "saved_at"?: string | null;
          "saved_by"?: string | null;
          "series_view": string;
          "sql_query": string;
          "sql_written": string;
          "version_hash": string;
        };
        Update: {
          "check_asked_at"?: string | null;
          "check_kind"?: string;
          "checked_at"?: string | null;
          "created_at"?: string;
          "empty_noted_at"?: string | null;
          "id"?: string;
          "instance_id"?: string;
          "name"?: string;
          "output_columns"?: Json | null;
          "output_format"?: NonNullable<Json>;
          "parameters"?: NonNullable<Json>;
          "raw_view"?: never;
          "result_table"?: string;
          "results_view"?: never;
          "retention_months"?: number | null;
          "rows_seen_at"?: string | null;
          "saved_at"?: string | null;
          "saved_by"?: string | null;
          "series_view"?: string;
          "sql_query"?: string;
          "sql_written"?: string;
          "version_hash"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "amc_workflows_instance_id_fkey";
            columns: ["instance_id"];
            isOneToOne: false;
            referencedRelation: "amc_instances";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "amc_workflows_instance_id_fkey";
            columns: ["instance_id"];
            isOneToOne: false;
            referencedRelation: "instance_states";
            referencedColumns: ["instance_id"];
          },
        ];
      };
      "collection_backers": {
        Row: {
          "collection_id": string;
          "since": string;
          "user_id": string;
        };
        ComputedFields: never;
        Insert: {
          "collection_id": string;
          "since"?: string;
          "user_id": string;
        };
        Update: {
          "collection_id"?: string;
          "since"?: string;
          "user_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "collection_backers_collection_id_fkey";
            columns: ["collection_id"];
            isOneToOne: false;
            referencedRelation: "collection_progress";
            referencedColumns: ["collection_id"];
          },
          {
            foreignKeyName: "collection_backers_collection_id_fkey";
            columns: ["collection_id"];
            isOneToOne: false;
            referencedRelation: "collection_states";
            referencedColumns: ["collection_id"];
          },
          {
            foreignKeyName: "collection_backers_collection_id_fkey";
            columns: ["collection_id"];
            isOneToOne: false;
            referencedRelation: "report_data_collections";
            referencedColumns: ["id"];
          },
        ];
      };
      "collection_requests": {
        Row: {
          "changed": boolean;
          "collection_id": string;
          "created": boolean;
          "extended": number;
          "first_day": string;
          "has_effect": boolean;
          "id": number;
          "idempotency_key": string | null;
          "instance_id": string;
          "last_day": string;
          "reopened": number;
          "request_hash": string;
          "requested_at": string;
          "requested_by": string;
          "settled": number;
        };
        ComputedFields: never;
        Insert: {
          "changed"?: boolean;
          "collection_id": string;
          "created": boolean;
          "extended": number;
          "first_day": string;
          "has_effect"?: never;
          "id"?: never;
          "idempotency_key"?: string | null;
          "instance_id": string;
          "last_day": string;
          "reopened": number;
          "request_hash": string;
          "requested_at"?: string;
          "requested_by": string;
          "settled"?: number;
        };
        Update: {
          "changed"?: boolean;
          "collection_id"?: string;
          "created"?: boolean;
          "extended"?: number;
          "first_day"?: string;
          "has_effect"?: never;
          "id"?: never;
          "idempotency_key"?: string | null;
          "instance_id"?: string;
          "last_day"?: string;
          "reopened"?: number;
          "request_hash"?: string;
          "requested_at"?: string;
          "requested_by"?: string;
          "settled"?: number;
        };
        Relationships: [
          {
            foreignKeyName: "collection_requests_collection_id_fkey";
            columns: ["collection_id"];
            isOneToOne: false;
            referencedRelation: "collection_progress";
            referencedColumns: ["collection_id"];
          },
          {
            foreignKeyName: "collection_requests_collection_id_fkey";
            columns: ["collection_id"];
            isOneToOne: false;
            referencedRelation: "collection_states";
            referencedColumns: ["collection_id"];
          },
          {
            foreignKeyName: "collection_requests_collection_id_fkey";
            columns: ["collection_id"];
            isOneToOne: false;
            referencedRelation: "report_data_collections";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "collection_requests_instance_id_fkey";
            columns: ["instance_id"];
            isOneToOne: false;
            referencedRelation: "amc_instances";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "collection_requests_instance_id_fkey";
            columns: ["instance_id"];
            isOneToOne: false;
            referencedRelation: "instance_states";
            referencedColumns: ["instance_id"];
          },
        ];
      };
      "id_backfill_candidates": {
        Row: {
          "backfill_id": string;
          "details": NonNullable<Json>;
          "execution_id": string;
          "instance_id": string;
          "is_proved": boolean;
          "reason": string;
          "week_id": string;
        };
        ComputedFields: never;
        Insert: {
          "backfill_id": string;
          "details": NonNullable<Json>;
          "execution_id": string;
          "instance_id": string;
          "is_proved": boolean;
          "reason": string;
          "week_id": string;
        };
        Update: {
          "backfill_id"?: string;
          "details"?: NonNullable<Json>;
          "execution_id"?: string;
          "instance_id"?: string;
          "is_proved"?: boolean;
          "reason"?: string;
          "week_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "id_backfill_candidates_backfill_id_week_id_fkey";
            columns: ["backfill_id", "week_id"];
            isOneToOne: false;
            referencedRelation: "id_backfill_weeks";
            referencedColumns: ["backfill_id", "week_id"];
          },
        ];
      };
      "id_backfill_weeks": {
        Row: {
          "backfill_id": string;
          "begins_at": string;
          "decided_at": string | null;
          "ends_at": string;
          "instance_id": string;
          "is_wanted": boolean;
          "outcome": string;
          "reason": string | null;
          "week_id": string;
        };
        ComputedFields: never;
        Insert: {
          "backfill_id": string;
          "begins_at": string;
          "decided_at"?: string | null;
          "ends_at": string;
          "instance_id": string;
          "is_wanted": boolean;
          "outcome"?: string;
          "reason"?: string | null;
          "week_id": string;
        };
        Update: {
          "backfill_id"?: string;
          "begins_at"?: string;
          "decided_at"?: string | null;
          "ends_at"?: string;
          "instance_id"?: string;
          "is_wanted"?: boolean;
          "outcome"?: string;
          "reason"?: string | null;
          "week_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "id_backfill_weeks_backfill_id_fkey";
            columns: ["backfill_id"];
            isOneToOne: false;
            referencedRelation: "id_backfill_states";
            referencedColumns: ["backfill_id"];
          },
          {
            foreignKeyName: "id_backfill_weeks_backfill_id_fkey";
            columns: ["backfill_id"];
            isOneToOne: false;
            referencedRelation: "id_backfills";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "id_backfill_weeks_week_id_fkey";
            columns: ["week_id"];
            isOneToOne: false;
            referencedRelation: "report_data_weeks";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "id_backfill_weeks_week_id_fkey";
            columns: ["week_id"];
            isOneToOne: false;
            referencedRelation: "week_results";
            referencedColumns: ["week_id"];
          },
        ];
      };
      "id_backfills": {
        Row: {
          "actor": string;
          "asked_since": string | null;
          "calls": number;
          "collection_id": string | null;
          "created_at": string;
          "due_at": string;
          "ended_at": string | null;
          "fence": number;
          "id": string;
          "instance_id": string;
          "is_read": boolean;
          "leased_until": string | null;
          "list_ended_at": string | null;
          "list_from": string;
          "list_until": string;
          "most_calls": number;
          "next_token": string | null;
          "queries": NonNullable<Json>;
          "queries_seen": boolean;
          "read_to": string | null;
          "since": string;
          "unread": unknown;
        };
        ComputedFields: never;
        Insert: {
          "actor": string;
          "asked_since"?: string | null;
          "calls"?: number;
          "collection_id"?: string | null;
          "created_at"?: string;
          "due_at"?: string;
          "ended_at"?: string | null;
          "fence"?: number;
          "id"?: string;
          "instance_id": string;
          "is_read"?: boolean;
          "leased_until"?: string | null;
          "list_ended_at"?: string | null;
          "list_from": string;
          "list_until": string;
          "most_calls": number;
          "next_token"?: string | null;
          "queries"?: NonNullable<Json>;
          "queries_seen"?: boolean;
          "read_to"?: string | null;
          "since": string;
          "unread"?: unknown;
        };
        Update: {
          "actor"?: string;
          "asked_since"?: string | null;
          "calls"?: number;
          "collection_id"?: string | null;
          "created_at"?: string;
          "due_at"?: string;
          "ended_at"?: string | null;
          "fence"?: number;
          "id"?: string;
          "instance_id"?: string;
          "is_read"?: boolean;
          "leased_until"?: string | null;
          "list_ended_at"?: string | null;
          "list_from"?: string;
          "list_until"?: string;
          "most_calls"?: number;
          "next_token"?: string | null;
          "queries"?: NonNullable<Json>;
          "queries_seen"?: boolean;
          "read_to"?: string | null;
          "since"?: string;
          "unread"?: unknown;
        };
        Relationships: [
          {
            foreignKeyName: "id_backfills_collection_id_fkey";
            columns: ["collection_id"];
            isOneToOne: false;
            referencedRelation: "collection_progress";
            referencedColumns: ["collection_id"];
          },
          {
            foreignKeyName: "id_backfills_collection_id_fkey";
            columns: ["collection_id"];
            isOneToOne: false;
            referencedRelation: "collection_states";
            referencedColumns: ["collection_id"];
          },
          {
            foreignKeyName: "id_backfills_collection_id_fkey";
            columns: ["collection_id"];
            isOneToOne: false;
            referencedRelation: "report_data_collections";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "id_backfills_instance_id_fkey";
            columns: ["instance_id"];
            isOneToOne: false;
            referencedRelation: "amc_instances";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "id_backfills_instance_id_fkey";
            columns: ["instance_id"];
            isOneToOne: false;
            referencedRelation: "instance_states";
            referencedColumns: ["instance_id"];
          },
        ];
      };
      "invitations": {
        Row: {
          "accepted_at": string | null;
          "accepted_by": string | null;
          "created_at": string;
          "email": string | null;
          "expires_at": string;
          "id": string;
          "instance_id": string;
          "invited_by": string | null;
          "role": string;
          "token_hash": string;
          "withdrawn_at": string | null;
        };
        ComputedFields: never;
        Insert: {
          "accepted_at"?: string | null;
          "accepted_by"?: string | null;
          "created_at"?: string;
          "email"?: string | null;
          "expires_at": string;
          "id"?: string;
          "instance_id": string;
          "invited_by"?: string | null;
          "role": string;
          "token_hash": string;
          "withdrawn_at"?: string | null;
        };
        Update: {
          "accepted_at"?: string | null;
          "accepted_by"?: string | null;
          "created_at"?: string;
          "email"?: string | null;
          "expires_at"?: string;
          "id"?: string;
          "instance_id"?: string;
          "invited_by"?: string | null;
          "role"?: string;
          "token_hash"?: string;
          "withdrawn_at"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "invitations_instance_id_fkey";
            columns: ["instance_id"];
            isOneToOne: false;
            referencedRelation: "amc_instances";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "invitations_instance_id_fkey";
            columns: ["instance_id"];
            isOneToOne: false;
            referencedRelation: "instance_states";
            referencedColumns: ["instance_id"];
          },
        ];
      };
      "report_data_collections": {
        Row: {
          "archived_at": string | null;
          "cancelled_at": string | null;
          "created_at": string;
          "created_by": string | null;
          "end_date": string;
          "failed_retries": number;
          "id": string;
          "imported_from": string | null;
          "instance_id": string;
          "keep_current": boolean;
          "keep_versions": number;
          "kept_by": string | null;
          "kept_until": string | null;
          "last_claimed_at": string | null;
          "name": string | null;
          "parameter_values": NonNullable<Json>;
          "parameters_hash": string;
          "paused_at": string | null;
          "restate_every_days": number;
          "restate_weeks": number;
          "series": string | null;
          "series_view": string;
          "settle_days": number;
          "start_date": string;
          "time_zone": string;
          "week_starts_on": string;
          "workflow_id": string;
        };
        ComputedFields: never;
        Insert: {
          "archived_at"?: string | null;
          "cancelled_at"?: string | null;
          "created_at"?: string;
          "created_by"?: string | null;
          "end_date": string;
          "failed_retries"?: number;
          "id"?: string;
          "imported_from"?: string | null;
          "instance_id": string;
          "keep_current"?: boolean;
          "keep_versions"?: number;
          "kept_by"?: string | null;
          "kept_until"?: string | null;
          "last_claimed_at"?: string | null;
          "name"?: string | null;
          "parameter_values"?: NonNullable<Json>;
          "parameters_hash"?: never;
          "paused_at"?: string | null;
          "restate_every_days"?: number;
          "restate_weeks"?: number;
          "series"?: never;
          "series_view": string;
          "settle_days"?: number;
          "start_date": string;
          "time_zone"?: string;
          "week_starts_on"?: string;
          "workflow_id": string;
        };
        Update: {
          "archived_at"?: string | null;
          "cancelled_at"?: string | null;
          "created_at"?: string;
          "created_by"?: string | null;
          "end_date"?: string;
          "failed_retries"?: number;
          "id"?: string;
          "imported_from"?: string | null;
          "instance_id"?: string;
          "keep_current"?: boolean;
          "keep_versions"?: number;
          "kept_by"?: string | null;
          "kept_until"?: string | null;
          "last_claimed_at"?: string | null;
          "name"?: string | null;
          "parameter_values"?: NonNullable<Json>;
          "parameters_hash"?: never;
          "paused_at"?: string | null;
          "restate_every_days"?: number;
          "restate_weeks"?: number;
          "series"?: never;
          "series_view"?: string;
          "settle_days"?: number;
          "start_date"?: string;
          "time_zone"?: string;
          "week_starts_on"?: string;
          "workflow_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "report_data_collections_workflow_fkey";
            columns: ["instance_id", "workflow_id"];
            isOneToOne: false;
            referencedRelation: "amc_workflows";
            referencedColumns: ["instance_id", "id"];
          },
        ];
      };
      "report_data_weeks": {
        Row: {
          "collection_id": string;
          "created_at": string;
          "data": Json | null;
          "due_at": string | null;
          "error_code": string | null;
          "error_count": number;
          "error_message": string | null;
          "execution_id": string | null;
          "failed_creates": number;
          "finished_at": string | null;
          "id": string;
          "instance_id": string;
          "refused_at": string | null;
          "requested_by": string | null;
          "started_at": string | null;
          "status": string;
          "surveyed_at": string | null;
          "time_window_end": string;
          "time_window_start": string;
          "updated_at": string;
          "week_end_date": string;
          "week_start_date": string;
        };
        ComputedFields: never;
        Insert: {
          "collection_id": string;
          "created_at"?: string;
          "data"?: Json | null;
          "due_at"?: string | null;
          "error_code"?: string | null;
          "error_count"?: number;
          "error_message"?: string | null;
          "execution_id"?: string | null;
          "failed_creates"?: number;
          "finished_at"?: string | null;
          "id"?: string;
          "instance_id": string;
          "refused_at"?: string | null;
          "requested_by"?: string | null;
          "started_at"?: string | null;
          "status"?: string;
          "surveyed_at"?: string | null;
          "time_window_end"?: never;
          "time_window_start"?: never;
          "updated_at"?: string;
          "week_end_date": string;
          "week_start_date": string;
        };
        Update: {
          "collection_id"?: string;
          "created_at"?: string;
          "data"?: Json | null;
          "due_at"?: string | null;
          "error_code"?: string | null;
          "error_count"?: number;
          "error_message"?: string | null;
          "execution_id"?: string | null;
          "failed_creates"?: number;
          "finished_at"?: string | null;
          "id"?: string;
          "instance_id"?: string;
          "refused_at"?: string | null;
          "requested_by"?: string | null;
          "started_at"?: string | null;
          "status"?: string;
          "surveyed_at"?: string | null;
          "time_window_end"?: never;
          "time_window_start"?: never;
          "updated_at"?: string;
          "week_end_date"?: string;
          "week_start_date"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "execution_belongs_to_its_week";
            columns: ["id", "execution_id"];
            isOneToOne: false;
            referencedRelation: "week_versions";
            referencedColumns: ["week_id", "execution_id"];
          },
          {
            foreignKeyName: "execution_belongs_to_its_week";
            columns: ["id", "execution_id"];
            isOneToOne: false;
            referencedRelation: "workflow_executions";
            referencedColumns: ["week_id", "id"];
          },
          {
            foreignKeyName: "report_data_weeks_collection_id_fkey";
            columns: ["collection_id"];
            isOneToOne: false;
            referencedRelation: "collection_progress";
            referencedColumns: ["collection_id"];
          },
          {
            foreignKeyName: "report_data_weeks_collection_id_fkey";
            columns: ["collection_id"];
            isOneToOne: false;
            referencedRelation: "collection_states";
            referencedColumns: ["collection_id"];
          },
          {
            foreignKeyName: "report_data_weeks_collection_id_fkey";
            columns: ["collection_id"];
            isOneToOne: false;
            referencedRelation: "report_data_collections";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "report_data_weeks_execution_id_fkey";
            columns: ["execution_id"];
            isOneToOne: false;
            referencedRelation: "week_versions";
            referencedColumns: ["execution_id"];
          },
          {
            foreignKeyName: "report_data_weeks_execution_id_fkey";
            columns: ["execution_id"];
            isOneToOne: false;
            referencedRelation: "workflow_executions";
            referencedColumns: ["id"];
          },
        ];
      };
      "result_loads": {
        Row: {
          "byte_offset": number;
          "bytes": number;
          "cells_checked_at": string | null;
          "checked_lines": number;
          "checksum": string | null;
          "columns": (string)[] | null;
          "complete": boolean;
          "completed_at": string | null;
          "digests": (string)[];
          "etag": string | null;
          "execution_id": string;
          "fence": number;
          "file": number;
          "file_ids": (string)[] | null;
          "files": number | null;
          "filtered_records": number | null;
          "header": (string)[];
          "id": string;
          "instance_id": string;
          "line_end": string | null;
          "lines": number;
          "records": number;
          "segment_bytes": number;
          "started_at": string;
          "summary": Json | null;
          "table_name": string;
          "uncast": NonNullable<Json>;
        };
        ComputedFields: never;
        Insert: {
          "byte_offset"?: number;
          "bytes"?: number;
          "cells_checked_at"?: string | null;
          "checked_lines"?: number;
          "checksum"?: string | null;
          "columns"?: (string)[] | null;
          "complete"?: boolean;
          "completed_at"?: string | null;
          "digests"?: (string)[];
          "etag"?: string | null;
          "execution_id": string;
          "fence": number;
          "file"?: number;
          "file_ids"?: (string)[] | null;
          "files"?: number | null;
          "filtered_records"?: number | null;
          "header": (string)[];
          "id"?: string;
          "instance_id": string;
          "line_end"?: string | null;
          "lines"?: number;
          "records"?: number;
          "segment_bytes"?: number;
          "started_at"?: string;
          "summary"?: Json | null;
          "table_name": string;
          "uncast"?: NonNullable<Json>;
        };
        Update: {
          "byte_offset"?: number;
          "bytes"?: number;
          "cells_checked_at"?: string | null;
          "checked_lines"?: number;
          "checksum"?: string | null;
          "columns"?: (string)[] | null;
          "complete"?: boolean;
          "completed_at"?: string | null;
          "digests"?: (string)[];
          "etag"?: string | null;
          "execution_id"?: string;
          "fence"?: number;
          "file"?: number;
          "file_ids"?: (string)[] | null;
          "files"?: number | null;
          "filtered_records"?: number | null;
          "header"?: (string)[];
          "id"?: string;
          "instance_id"?: string;
          "line_end"?: string | null;
          "lines"?: number;
          "records"?: number;
          "segment_bytes"?: number;
          "started_at"?: string;
          "summary"?: Json | null;
          "table_name"?: string;
          "uncast"?: NonNullable<Json>;
        };
        Relationships: [
          {
            foreignKeyName: "result_loads_execution_id_fkey";
            columns: ["execution_id"];
            isOneToOne: false;
            referencedRelation: "week_versions";
            referencedColumns: ["execution_id"];
          },
          {
            foreignKeyName: "result_loads_execution_id_fkey";
            columns: ["execution_id"];
            isOneToOne: false;
            referencedRelation: "workflow_executions";
            referencedColumns: ["id"];
          },
        ];
      };
      "stoppages": {
        Row: {
          "code": string;
          "collection_id": string | null;
          "ended_at": string | null;
          "id": number;
          "instance_id": string | null;
          "kind": string;
          "last_at": string;
          "request_id": string | null;
          "retry_at": string | null;
          "since": string;
          "source": string;
          "subject": string;
          "times": number;
          "week_id": string | null;
          "words": string;
        };
        ComputedFields: never;
        Insert: {
          "code": string;
          "collection_id"?: string | null;
          "ended_at"?: string | null;
          "id"?: never;
          "instance_id"?: string | null;
          "kind": string;
          "last_at"?: string;
          "request_id"?: string | null;
          "retry_at"?: string | null;
          "since"?: string;
          "source": string;
          "subject": string;
          "times"?: number;
          "week_id"?: string | null;
          "words": string;
        };
        Update: {
          "code"?: string;
          "collection_id"?: string | null;
          "ended_at"?: string | null;
          "id"?: never;
          "instance_id"?: string | null;
          "kind"?: string;
          "last_at"?: string;
          "request_id"?: string | null;
          "retry_at"?: string | null;
          "since"?: string;
          "source"?: string;
          "subject"?: string;
          "times"?: number;
          "week_id"?: string | null;
          "words"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "stoppages_collection_id_fkey";
            columns: ["collection_id"];
            isOneToOne: false;
            referencedRelation: "collection_progress";
            referencedColumns: ["collection_id"];
          },
          {
            foreignKeyName: "stoppages_collection_id_fkey";
            columns: ["collection_id"];
            isOneToOne: false;
            referencedRelation: "collection_states";
            referencedColumns: ["collection_id"];
          },
          {
            foreignKeyName: "stoppages_collection_id_fkey";
            columns: ["collection_id"];
            isOneToOne: false;
            referencedRelation: "report_data_collections";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "stoppages_instance_id_fkey";
            columns: ["instance_id"];
            isOneToOne: false;
            referencedRelation: "amc_instances";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "stoppages_instance_id_fkey";
            columns: ["instance_id"];
            isOneToOne: false;
            referencedRelation: "instance_states";
            referencedColumns: ["instance_id"];
          },
          {
            foreignKeyName: "stoppages_week_id_fkey";
            columns: ["week_id"];
            isOneToOne: false;
            referencedRelation: "report_data_weeks";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "stoppages_week_id_fkey";
            columns: ["week_id"];
            isOneToOne: false;
            referencedRelation: "week_results";
            referencedColumns: ["week_id"];
          },
        ];
      };
      "tracking_alerts": {
        Row: {
          "code": string;
          "detail": Json | null;
          "id": number;
          "instance_id": string | null;
          "last_raised_at": string;
          "message": string;
          "next_step": string;
          "raised_at": string;
          "resolved_at": string | null;
          "subject": string | null;
          "times": number;
          "week_id": string | null;
        };
        ComputedFields: never;
        Insert: {
          "code": string;
          "detail"?: Json | null;
          "id"?: never;
          "instance_id"?: string | null;
          "last_raised_at"?: string;
          "message": string;
          "next_step": string;
          "raised_at"?: string;
          "resolved_at"?: string | null;
          "subject"?: string | null;
          "times"?: number;
          "week_id"?: string | null;
        };
        Update: {
          "code"?: string;
          "detail"?: Json | null;
          "id"?: never;
          "instance_id"?: string | null;
          "last_raised_at"?: string;
          "message"?: string;
          "next_step"?: string;
          "raised_at"?: string;
          "resolved_at"?: string | null;
          "subject"?: string | null;
          "times"?: number;
          "week_id"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "tracking_alerts_instance_id_fkey";
            columns: ["instance_id"];
            isOneToOne: false;
            referencedRelation: "amc_instances";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "tracking_alerts_instance_id_fkey";
            columns: ["instance_id"];
            isOneToOne: false;
            referencedRelation: "instance_states";
            referencedColumns: ["instance_id"];
          },
          {
            foreignKeyName: "tracking_alerts_week_id_fkey";
            columns: ["week_id"];
            isOneToOne: false;
            referencedRelation: "report_data_weeks";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "tracking_alerts_week_id_fkey";
            columns: ["week_id"];
            isOneToOne: false;
            referencedRelation: "week_results";
            referencedColumns: ["week_id"];
          },
        ];
      };
      "tracking_events": {
        Row: {
          "actor": string | null;
          "attempt_id": string | null;
          "collection_id": string | null;
          "detail": Json | null;
          "event": string;
          "execution_id": string | null;
          "happened_at": string;
          "id": number;
          "instance_id": string | null;
          "week_id": string | null;
        };
        ComputedFields: never;
        Insert: {
          "actor"?: string | null;
          "attempt_id"?: string | null;
          "collection_id"?: string | null;
          "detail"?: Json | null;
          "event": string;
          "execution_id"?: string | null;
          "happened_at"?: string;
          "id"?: never;
          "instance_id"?: string | null;
          "week_id"?: string | null;
        };
        Update: {
          "actor"?: string | null;
          "attempt_id"?: string | null;
          "collection_id"?: string | null;
          "detail"?: Json | null;
          "event"?: string;
          "execution_id"?: string | null;
          "happened_at"?: string;
          "id"?: never;
          "instance_id"?: string | null;
          "week_id"?: string | null;
        };
        Relationships: [];
      };
      "webhook_deliveries": {
        Row: {
          "cause": string;
          "created_at": string;
          "due_at": string;
          "ended_at": string | null;
          "id": number;
          "item": NonNullable<Json>;
          "kind": string;
          "last_status": number | null;
          "last_words": string | null;
          "lease": string | null;
          "leased_until": string | null;
          "state": string;
          "tries": number;
          "webhook_id": string;
        };
        ComputedFields: never;
        Insert: {
          "cause": string;
          "created_at"?: string;
          "due_at"?: string;
          "ended_at"?: string | null;
          "id"?: never;
          "item": NonNullable<Json>;
          "kind": string;
          "last_status"?: number | null;
          "last_words"?: string | null;
          "lease"?: string | null;
          "leased_until"?: string | null;
          "state"?: string;
          "tries"?: number;
          "webhook_id": string;
        };
        Update: {
          "cause"?: string;
          "created_at"?: string;
          "due_at"?: string;
          "ended_at"?: string | null;
          "id"?: never;
          "item"?: NonNullable<Json>;
          "kind"?: string;
          "last_status"?: number | null;
          "last_words"?: string | null;
          "lease"?: string | null;
          "leased_until"?: string | null;
          "state"?: string;
          "tries"?: number;
          "webhook_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "webhook_deliveries_webhook_id_fkey";
            columns: ["webhook_id"];
            isOneToOne: false;
            referencedRelation: "webhooks";
            referencedColumns: ["id"];
          },
        ];
      };
      "webhooks": {
        Row: {
          "created_at": string;
          "created_by": string;
          "disabled_at": string | null;
          "form": string;
          "id": string;
          "instance_id": string | null;
          "last_resort": boolean;
          "last_resort_at": string | null;
          "last_resort_request": number | null;
          "name": string;
          "secret_name": string;
          "tells": (string)[];
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "created_by"?: string;
          "disabled_at"?: string | null;
          "form": string;
          "id"?: string;
          "instance_id"?: string | null;
          "last_resort"?: boolean;
          "last_resort_at"?: string | null;
          "last_resort_request"?: number | null;
          "name": string;
          "secret_name": string;
          "tells": (string)[];
        };
        Update: {
          "created_at"?: string;
          "created_by"?: string;
          "disabled_at"?: string | null;
          "form"?: string;
          "id"?: string;
          "instance_id"?: string | null;
          "last_resort"?: boolean;
          "last_resort_at"?: string | null;
          "last_resort_request"?: number | null;
          "name"?: string;
          "secret_name"?: string;
          "tells"?: (string)[];
        };
        Relationships: [
          {
            foreignKeyName: "webhooks_instance_id_fkey";
            columns: ["instance_id"];
            isOneToOne: false;
            referencedRelation: "amc_instances";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "webhooks_instance_id_fkey";
            columns: ["instance_id"];
            isOneToOne: false;
            referencedRelation: "instance_states";
            referencedColumns: ["instance_id"];
          },
        ];
      };
      "week_attempts": {
        Row: {
          "amc_answer": Json | null;
          "cancel_requested_at": string | null;
          "confirmed_execution_id": string | null;
          "due_at": string | null;
          "ended_at": string | null;
          "execution_id": string | null;
          "fence": number;
          "fingerprint": number | null;
          "id": string;
          "instance_id": string;
          "intended_at": string;
          "is_live": boolean;
          "kind": string;
          "leased_until": string | null;
          "number": number;
          "outcome": string | null;
          "settle_after": string | null;
          "slot": number | null;
          "state": string;
          "watch_until": string | null;
          "week_id": string;
          "window_key": string | null;
        };
        ComputedFields: never;
        Insert: {
          "amc_answer"?: Json | null;
          "cancel_requested_at"?: string | null;
          "confirmed_execution_id"?: string | null;
          "due_at"?: string | null;
          "ended_at"?: string | null;
          "execution_id"?: string | null;
          "fence"?: number;
          "fingerprint"?: number | null;
          "id"?: string;
          "instance_id": string;
          "intended_at": string;
          "is_live"?: never;
          "kind": string;
          "leased_until"?: string | null;
          "number": number;
          "outcome"?: string | null;
          "settle_after"?: string | null;
          "slot"?: number | null;
          "state": string;
          "watch_until"?: string | null;
          "week_id": string;
          "window_key"?: string | null;
        };
        Update: {
          "amc_answer"?: Json | null;
          "cancel_requested_at"?: string | null;
          "confirmed_execution_id"?: string | null;
          "due_at"?: string | null;
          "ended_at"?: string | null;
          "execution_id"?: string | null;
          "fence"?: number;
          "fingerprint"?: number | null;
          "id"?: string;
          "instance_id"?: string;
          "intended_at"?: string;
          "is_live"?: never;
          "kind"?: string;
          "leased_until"?: string | null;
          "number"?: number;
          "outcome"?: string | null;
          "settle_after"?: string | null;
          "slot"?: number | null;
          "state"?: string;
          "watch_until"?: string | null;
          "week_id"?: string;
          "window_key"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "week_attempts_execution_id_fkey";
            columns: ["execution_id"];
            isOneToOne: false;
            referencedRelation: "week_versions";
            referencedColumns: ["execution_id"];
          },
          {
            foreignKeyName: "week_attempts_execution_id_fkey";
            columns: ["execution_id"];
            isOneToOne: false;
            referencedRelation: "workflow_executions";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "week_attempts_instance_id_fkey";
            columns: ["instance_id"];
            isOneToOne: false;
            referencedRelation: "amc_instances";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "week_attempts_instance_id_fkey";
            columns: ["instance_id"];
            isOneToOne: false;
            referencedRelation: "instance_states";
            referencedColumns: ["instance_id"];
          },
          {
            foreignKeyName: "week_attempts_week_id_fkey";
            columns: ["week_id"];
            isOneToOne: false;
            referencedRelation: "report_data_weeks";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "week_attempts_week_id_fkey";
            columns: ["week_id"];
            isOneToOne: false;
            referencedRelation: "week_results";
            referencedColumns: ["week_id"];
          },
        ];
      };
      "workflow_checks": {
        Row: {
          "amc_status": string | null;
          "cancel_requested_at": string | null;
          "collection_id": string | null;
          "due_at": string | null;
          "ended_at": string | null;
          "execution_id": string | null;
          "id": string;
          "instance_id": string;
          "intended_at": string;
          "is_live": boolean;
          "kind": string;
          "leased_until": string | null;
          "outcome": string | null;
          "request_id": string | null;
          "state": string;
          "time_window_end": string | null;
          "time_window_start": string | null;
          "time_zone": string | null;
          "timeout_seconds": number | null;
          "week_id": string | null;
          "words": string | null;
          "workflow_id": string;
        };
        ComputedFields: never;
        Insert: {
          "amc_status"?: string | null;
          "cancel_requested_at"?: string | null;
          "collection_id"?: string | null;
          "due_at"?: string | null;
          "ended_at"?: string | null;
          "execution_id"?: string | null;
          "id"?: string;
          "instance_id": string;
          "intended_at"?: string;
          "is_live"?: never;
          "kind": string;
          "leased_until"?: string | null;
          "outcome"?: string | null;
          "request_id"?: string | null;
          "state"?: string;
          "time_window_end"?: string | null;
          "time_window_start"?: string | null;
          "time_zone"?: string | null;
          "timeout_seconds"?: number | null;
          "week_id"?: string | null;
          "words"?: string | null;
          "workflow_id": string;
        };
        Update: {
          "amc_status"?: string | null;
          "cancel_requested_at"?: string | null;
          "collection_id"?: string | null;
          "due_at"?: string | null;
          "ended_at"?: string | null;
          "execution_id"?: string | null;
          "id"?: string;
          "instance_id"?: string;
          "intended_at"?: string;
          "is_live"?: never;
          "kind"?: string;
          "leased_until"?: string | null;
          "outcome"?: string | null;
          "request_id"?: string | null;
          "state"?: string;
          "time_window_end"?: string | null;
          "time_window_start"?: string | null;
          "time_zone"?: string | null;
          "timeout_seconds"?: number | null;
          "week_id"?: string | null;
          "words"?: string | null;
          "workflow_id"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "workflow_checks_collection_id_fkey";
            columns: ["collection_id"];
            isOneToOne: false;
            referencedRelation: "collection_progress";
            referencedColumns: ["collection_id"];
          },
          {
            foreignKeyName: "workflow_checks_collection_id_fkey";
            columns: ["collection_id"];
            isOneToOne: false;
            referencedRelation: "collection_states";
            referencedColumns: ["collection_id"];
          },
          {
            foreignKeyName: "workflow_checks_collection_id_fkey";
            columns: ["collection_id"];
            isOneToOne: false;
            referencedRelation: "report_data_collections";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "workflow_checks_week_id_fkey";
            columns: ["week_id"];
            isOneToOne: false;
            referencedRelation: "report_data_weeks";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "workflow_checks_week_id_fkey";
            columns: ["week_id"];
            isOneToOne: false;
            referencedRelation: "week_results";
            referencedColumns: ["week_id"];
          },
          {
            foreignKeyName: "workflow_checks_workflow_fkey";
            columns: ["instance_id", "workflow_id"];
            isOneToOne: false;
            referencedRelation: "amc_workflows";
            referencedColumns: ["instance_id", "id"];
          },
        ];
      };
      "workflow_executions": {
        Row: {
          "adopted": boolean;
          "amc_created_at": string | null;
          "amc_expires_at": string | null;
          "amc_updated_at": string | null;
          "cancel_requested_at": string | null;
          "cancel_tried_at": string | null;
          "created_at": string;
          "execution_seconds": number | null;
          "has_ended": boolean;
          "id": string;
          "instance_id": string;
          "output_columns": Json | null;
          "parameter_values": Json | null;
          "request_id": string | null;
          "status": string | null;
          "status_reason": string | null;
          "time_window_end": string | null;
          "time_window_start": string | null;
          "time_zone": string | null;
          "timeout_seconds": number | null;
          "updated_at": string;
          "week_id": string;
          "window_end_at": string | null;
          "window_start_at": string | null;
          "workflow_id": string | null;
        };
        ComputedFields: never;
        Insert: {
          "adopted"?: boolean;
          "amc_created_at"?: string | null;
          "amc_expires_at"?: string | null;
          "amc_updated_at"?: string | null;
          "cancel_requested_at"?: string | null;
          "cancel_tried_at"?: string | null;
          "created_at"?: string;
          "execution_seconds"?: number | null;
          "has_ended"?: never;
          "id": string;
          "instance_id": string;
          "output_columns"?: Json | null;
          "parameter_values"?: Json | null;
          "request_id"?: string | null;
          "status"?: string | null;
          "status_reason"?: string | null;
          "time_window_end"?: string | null;
          "time_window_start"?: string | null;
          "time_zone"?: string | null;
          "timeout_seconds"?: number | null;
          "updated_at"?: string;
          "week_id": string;
          "window_end_at"?: string | null;
          "window_start_at"?: string | null;
          "workflow_id"?: string | null;
        };
        Update: {
          "adopted"?: boolean;
          "amc_created_at"?: string | null;
          "amc_expires_at"?: string | null;
          "amc_updated_at"?: string | null;
          "cancel_requested_at"?: string | null;
          "cancel_tried_at"?: string | null;
          "created_at"?: string;
          "execution_seconds"?: number | null;
          "has_ended"?: never;
          "id"?: string;
          "instance_id"?: string;
          "output_columns"?: Json | null;
          "parameter_values"?: Json | null;
          "request_id"?: string | null;
          "status"?: string | null;
          "status_reason"?: string | null;
          "time_window_end"?: string | null;
          "time_window_start"?: string | null;
          "time_zone"?: string | null;
          "timeout_seconds"?: number | null;
          "updated_at"?: string;
          "week_id"?: string;
          "window_end_at"?: string | null;
          "window_start_at"?: string | null;
          "workflow_id"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "workflow_executions_week_id_fkey";
            columns: ["week_id"];
            isOneToOne: false;
            referencedRelation: "report_data_weeks";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "workflow_executions_week_id_fkey";
            columns: ["week_id"];
            isOneToOne: false;
            referencedRelation: "week_results";
            referencedColumns: ["week_id"];
          },
        ];
      };
    };
    Views: {
      "collection_progress": {
        Row: {
          "cancelled": number | null;
          "collection_id": string;
          "completed": number | null;
          "created_at": string;
          "end_date": string;
          "failed": number | null;
          "instance_id": string;
          "keep_current": boolean;
          "name": string | null;
          "next_week_on": string | null;
          "not_asked": number | null;
          "pending": number | null;
          "running": number | null;
          "skipped": number | null;
          "start_date": string;
          "status": string | null;
          "tracked": number | null;
          "weeks": number | null;
          "workflow_id": string;
        };
        ComputedFields: never;
        Relationships: [
          {
            foreignKeyName: "report_data_collections_workflow_fkey";
            columns: ["instance_id", "workflow_id"];
            isOneToOne: false;
            referencedRelation: "amc_workflows";
            referencedColumns: ["instance_id", "id"];
          },
        ];
      };
      "collection_states": {
        Row: {
          "code": string | null;
          "collection_id": string;
          "instance_id": string;
          "next_step": string | null;
          "retry_at": string | null;
          "since": string | null;
          "source": string | null;
          "state": string | null;
          "words": string | null;
          "workflow_id": string;
        };
        ComputedFields: never;
        Relationships: [
          {
            foreignKeyName: "report_data_collections_workflow_fkey";
            columns: ["instance_id", "workflow_id"];
            isOneToOne: false;
            referencedRelation: "amc_workflows";
            referencedColumns: ["instance_id", "id"];
          },
        ];
      };
      "held_weeks": {
        Row: {
          "code": string | null;
          "collection_id": string | null;
          "next_step": string | null;
          "since": string | null;
          "source": string | null;
          "week_id": string | null;
          "words": string | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "id_backfill_states": {
        Row: {
          "actor": string;
          "ambiguous": number | null;
          "backfill_id": string;
          "calls": number;
          "collection_id": string | null;
          "created_at": string;
          "ended_at": string | null;
          "instance_id": string;
          "is_read": boolean;
          "list_from": string;
          "matched": number | null;
          "most_calls": number;
          "not_listed": number | null;
          "not_needed": number | null;
          "not_provable": number | null;
          "not_searched": number | null;
          "progress": number | null;
          "read_to": string | null;
          "searching": number | null;
          "since": string;
          "weeks": number | null;
        };
        ComputedFields: never;
        Relationships: [
          {
            foreignKeyName: "id_backfills_collection_id_fkey";
            columns: ["collection_id"];
            isOneToOne: false;
            referencedRelation: "collection_progress";
            referencedColumns: ["collection_id"];
          },
          {
            foreignKeyName: "id_backfills_collection_id_fkey";
            columns: ["collection_id"];
            isOneToOne: false;
            referencedRelation: "collection_states";
            referencedColumns: ["collection_id"];
          },
          {
            foreignKeyName: "id_backfills_collection_id_fkey";
            columns: ["collection_id"];
            isOneToOne: false;
            referencedRelation: "report_data_collections";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "id_backfills_instance_id_fkey";
            columns: ["instance_id"];
            isOneToOne: false;
            referencedRelation: "amc_instances";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "id_backfills_instance_id_fkey";
            columns: ["instance_id"];
            isOneToOne: false;
            referencedRelation: "instance_states";
            referencedColumns: ["instance_id"];
          },
        ];
      };
      "instance_states": {
        Row: {
          "code": string | null;
          "instance_id": string;
          "next_step": string | null;
          "retry_at": string | null;
          "since": string | null;
          "source": string | null;
          "state": string | null;
          "words": string | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "week_results": {
        Row: {
          "collection_id": string;
          "created_at": string;
          "error_code": string | null;
          "error_message": string | null;
          "execution_id": string | null;
          "filtered_records": number | null;
          "finished_at": string | null;
          "instance_id": string;
          "loaded_at": string | null;
          "records": number | null;
          "restated_at": string | null;
          "restating": boolean | null;
          "started_at": string | null;
          "state": string | null;
          "status": string;
          "superseded_versions": number | null;
          "week_end_date": string;
          "week_id": string;
          "week_start_date": string;
          "workflow_id": string;
        };
        ComputedFields: never;
        Relationships: [
          {
            foreignKeyName: "execution_belongs_to_its_week";
            columns: ["week_id", "execution_id"];
            isOneToOne: false;
            referencedRelation: "week_versions";
            referencedColumns: ["week_id", "execution_id"];
          },
          {
            foreignKeyName: "execution_belongs_to_its_week";
            columns: ["week_id", "execution_id"];
            isOneToOne: false;
            referencedRelation: "workflow_executions";
            referencedColumns: ["week_id", "id"];
          },
          {
            foreignKeyName: "report_data_weeks_collection_id_fkey";
            columns: ["collection_id"];
            isOneToOne: false;
            referencedRelation: "collection_progress";
            referencedColumns: ["collection_id"];
          },
          {
            foreignKeyName: "report_data_weeks_collection_id_fkey";
            columns: ["collection_id"];
            isOneToOne: false;
            referencedRelation: "collection_states";
            referencedColumns: ["collection_id"];
          },
          {
            foreignKeyName: "report_data_weeks_collection_id_fkey";
            columns: ["collection_id"];
            isOneToOne: false;
            referencedRelation: "report_data_collections";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "report_data_weeks_execution_id_fkey";
            columns: ["execution_id"];
            isOneToOne: false;
            referencedRelation: "week_versions";
            referencedColumns: ["execution_id"];
          },
          {
            foreignKeyName: "report_data_weeks_execution_id_fkey";
            columns: ["execution_id"];
            isOneToOne: false;
            referencedRelation: "workflow_executions";
            referencedColumns: ["id"];
          },
        ];
      };
      "week_states": {
        Row: {
          "code": string | null;
          "collection_id": string | null;
          "instance_id": string | null;
          "next_step": string | null;
          "retry_at": string | null;
          "since": string | null;
          "source": string | null;
          "state": string | null;
          "week_id": string | null;
          "week_start_date": string | null;
          "words": string | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "week_versions": {
        Row: {
          "bytes": number;
          "checksum": string | null;
          "collection_id": string;
          "execution_id": string;
          "filtered_records": number | null;
          "loaded_at": string | null;
          "records": number;
          "shown": boolean | null;
          "week_id": string;
          "week_start_date": string;
        };
        ComputedFields: never;
        Relationships: [
          {
            foreignKeyName: "report_data_weeks_collection_id_fkey";
            columns: ["collection_id"];
            isOneToOne: false;
            referencedRelation: "collection_progress";
            referencedColumns: ["collection_id"];
          },
          {
            foreignKeyName: "report_data_weeks_collection_id_fkey";
            columns: ["collection_id"];
            isOneToOne: false;
            referencedRelation: "collection_states";
            referencedColumns: ["collection_id"];
          },
          {
            foreignKeyName: "report_data_weeks_collection_id_fkey";
            columns: ["collection_id"];
            isOneToOne: false;
            referencedRelation: "report_data_collections";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "workflow_executions_week_id_fkey";
            columns: ["week_id"];
            isOneToOne: false;
            referencedRelation: "report_data_weeks";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "workflow_executions_week_id_fkey";
            columns: ["week_id"];
            isOneToOne: false;
            referencedRelation: "week_results";
            referencedColumns: ["week_id"];
          },
        ];
      };
    };
    Functions: {
      "accept_header": {
        Args: { "instance_id": string; "workflow_id": string };
        Returns: Database["public"]["CompositeTypes"]["control_report"];
        SetofOptions: {
          from: "*";
          to: "control_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "accept_invitation": {
        Args: { "token": string };
        Returns: {
          "instance_id": string;
          "role": string;
        }[];
      };
      "adopt_surveyed": {
        Args: { "details": Json; "execution_id": string; "week_id": string };
        Returns: Database["public"]["CompositeTypes"]["tracking_report"];
        SetofOptions: {
          from: "*";
          to: "tracking_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "archive_collection": {
        Args: { "collection_id": string };
        Returns: Database["public"]["CompositeTypes"]["control_report"];
        SetofOptions: {
          from: "*";
          to: "control_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "backfill_execution_ids": {
        Args: {
          "collection_id"?: string;
          "dry_run"?: boolean;
          "instance_id"?: string;
          "since"?: string;
        };
        Returns: Database["public"]["CompositeTypes"]["id_backfill_report"];
        SetofOptions: {
          from: "*";
          to: "id_backfill_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "cancel_collection": {
        Args: { "collection_id": string };
        Returns: Database["public"]["CompositeTypes"]["control_report"];
        SetofOptions: {
          from: "*";
          to: "control_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "cancel_id_backfill": {
        Args: { "backfill_id": string };
        Returns: Database["public"]["CompositeTypes"]["control_report"];
        SetofOptions: {
          from: "*";
          to: "control_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "check_workflow_again": {
        Args: {
          "instance_id": string;
          "with_first_week"?: boolean;
          "workflow_id": string;
        };
        Returns: Database["public"]["CompositeTypes"]["control_report"];
        SetofOptions: {
          from: "*";
          to: "control_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "choose_execution": {
        Args: { "execution_id": string; "week_id": string };
        Returns: Database["public"]["CompositeTypes"]["control_report"];
        SetofOptions: {
          from: "*";
          to: "control_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "claim_cancellations": {
        Args: { "again_seconds"?: number; "max_executions"?: number };
        Returns: {
          "collection_id": string;
          "credential_name": string;
          "entity_id": string;
          "execution_id": string;
          "instance_id": string;
          "marketplace_id": string;
          "region": string;
          "week_id": string;
        }[];
      };
      "claim_credentials": {
        Args: { "lease_seconds"?: number; "max_credentials"?: number };
        Returns: {
          "credential_name": string;
          "credential_version": number;
          "instance_id": string;
          "region": string;
        }[];
      };
      "claim_deliveries": {
        Args: { "max_webhooks"?: number };
        Returns: {
          "form": string;
          "items": Json;
          "lease": string;
          "name": string;
          "webhook_id": string;
        }[];
      };
      "claim_due_weeks": {
        Args: { "lease_seconds"?: number; "max_weeks"?: number };
        Returns: {
          "attempt_id": string;
          "collection_id": string;
          "credential_name": string;
          "entity_id": string;
          "fence": number;
          "fingerprint": number;
          "has_parameters": boolean;
          "instance_id": string;
          "marketplace_id": string;
          "post_within_seconds": number;
          "region": string;
          "time_window_end": string;
          "time_window_start": string;
          "time_zone": string;
          "week_id": string;
          "workflow_id": string;
          "workflow_saved": boolean;
        }[];
      };
      "claim_id_backfill": {
        Args: { "lease_seconds"?: number };
        Returns: {
          "backfill_id": string;
          "credential_name": string;
          "entity_id": string;
          "fence": number;
          "instance_id": string;
          "list_ended": boolean;
          "list_from": string;
          "list_until": string;
          "marketplace_id": string;
          "next_token": string;
          "pages": number;
          "region": string;
        }[];
      };
      "claim_listing": {
        Args: { "lease_seconds"?: number; "max_instances"?: number };
        Returns: {
          "attempts": Json;
          "began_at": string;
          "credential_name": string;
          "entity_id": string;
          "fence": number;
          "instance_id": string;
          "list_from": string;
          "marketplace_id": string;
          "region": string;
          "surveys": Json;
        }[];
      };
      "claim_loads": {
        Args: { "lease_seconds"?: number; "max_loads"?: number };
        Returns: {
          "attempt_id": string;
          "collection_id": string;
          "credential_name": string;
          "entity_id": string;
          "execution_id": string;
          "fence": number;
          "instance_id": string;
          "marketplace_id": string;
          "output_format": Json;
          "region": string;
          "summary": Json;
          "week_id": string;
          "workflow_id": string;
        }[];
      };
      "claim_workflow_checks": {
        Args: { "lease_seconds"?: number; "max_checks"?: number };
        Returns: {
          "check_id": string;
          "credential_name": string;
          "dry_runs_known": boolean;
          "entity_id": string;
          "execution_id": string;
          "instance_id": string;
          "is_cancelled": boolean;
          "is_overdue": boolean;
          "marketplace_id": string;
          "parameter_values": Json;
          "post_within_seconds": number;
          "region": string;
          "time_window_end": string;
          "time_window_start": string;
          "time_zone": string;
          "timeout_seconds": number;
          "workflow_definition": Json;
          "workflow_id": string;
          "workflow_saved": boolean;
        }[];
      };
      "collection_parameters": {
        Args: { "collection_id": string };
        Returns: Json;
      };
      "compare_executions": {
        Args: {
          "execution_a": string;
          "execution_b": string;
          "max_rows"?: number;
        };
        Returns: Json;
      };
      "confirm_execution": {
        Args: { "attempt_id": string; "execution_id": string };
        Returns: Database["public"]["CompositeTypes"]["control_report"];
        SetofOptions: {
          from: "*";
          to: "control_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "confirm_no_execution": {
        Args: { "attempt_id": string };
        Returns: Database["public"]["CompositeTypes"]["control_report"];
        SetofOptions: {
          from: "*";
          to: "control_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "continue_with": {
        Args: { "collection_id": string; "workflow_id": string };
        Returns: Json;
      };
      "decide_id_backfill": {
        Args: { "backfill_id": string; "fence": number };
        Returns: string;
      };
      "delete_webhook": { Args: { "webhook_id": string }; Returns: undefined };
      "end_stoppage": {
        Args: { "kind": string; "subject": string };
        Returns: boolean;
      };
      "execution_rows": {
        Args: {
          "after_line"?: number;
          "execution_id": string;
          "max_rows"?: number;
        };
        Returns: Json;
      };
      "fail_load": {
        Args: {
          "attempt_id": string;
          "code": string;
          "fence": number;
          "message": string;
          "permanent": boolean;
        };
        Returns: Database["public"]["CompositeTypes"]["tracking_report"];
        SetofOptions: {
          from: "*";
          to: "tracking_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "finished_attempts": {
        Args: { "max_attempts"?: number };
        Returns: {
          "attempt_id": string;
          "collection_id": string;
          "execution_id": string;
          "execution_status": string;
          "instance_id": string;
          "status_reason": string;
          "week_id": string;
        }[];
      };
      "health_report": { Args: Record<PropertyKey, never>; Returns: Json };
      "invite": {
        Args: {
          "email"?: string;
          "instance_ids": (string)[];
          "role": string;
          "valid_days"?: number;
        };
        Returns: Json;
      };
      "leave_instance": {
        Args: { "instance_id": string };
        Returns: Database["public"]["CompositeTypes"]["control_report"];
        SetofOptions: {
          from: "*";
          to: "control_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "let_go_of_execution": {
        Args: {
          "execution_id": string;
          "reason": string;
          "try_again"?: boolean;
        };
        Returns: Database["public"]["CompositeTypes"]["control_report"];
        SetofOptions: {
          from: "*";
          to: "control_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "list_members": {
        Args: { "instance_id": string };
        Returns: {
          "added_at": string;
          "email": string;
          "role": string;
          "user_id": string;
        }[];
      };
      "mark_surveyed": {
        Args: {
          "fence": number;
          "instance_id": string;
          "week_ids": (string)[];
        };
        Returns: number;
      };
      "mark_workflow_saved": {
        Args: { "instance_id": string; "workflow_id": string };
        Returns: undefined;
      };
      "metrics_report": { Args: { "token_hash": string }; Returns: Json };
      "pause_collection": {
        Args: { "collection_id": string };
        Returns: Database["public"]["CompositeTypes"]["control_report"];
        SetofOptions: {
          from: "*";
          to: "control_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "pause_instance": {
        Args: {
          "held_up"?: string;
          "instance_id": string;
          "reason": string;
          "request_id"?: string;
          "retry_after_seconds"?: number;
          "words"?: string;
        };
        Returns: string;
      };
      "preview_collection": {
        Args: {
          "end_date"?: string;
          "instance_id": string;
          "keep_current"?: boolean;
          "name"?: string;
          "parameter_values"?: Json;
          "requested_by"?: string;
          "settle_days"?: number;
          "start_date"?: string;
          "time_zone"?: string;
          "week_starts_on"?: string;
          "weeks"?: number;
          "workflow_id": string;
        };
        Returns: Json;
      };
      "record_dry_run": {
        Args: {
          "check_id": string;
          "execution_id": string;
          "request_id"?: string;
        };
        Returns: string;
      };
      "record_execution": {
        Args: {
          "adopted"?: boolean;
          "attempt_id": string;
          "details"?: Json;
          "execution_id": string;
        };
        Returns: Database["public"]["CompositeTypes"]["tracking_report"];
        SetofOptions: {
          from: "*";
          to: "tracking_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "record_id_backfill_page": {
        Args: {
          "backfill_id": string;
          "ended"?: boolean;
          "entries": Json;
          "fence": number;
          "next_token"?: string;
          "read_to"?: string;
          "unread"?: number;
        };
        Returns: string;
      };
      "record_late_execution": {
        Args: {
          "attempt_id": string;
          "details"?: Json;
          "execution_id": string;
        };
        Returns: Database["public"]["CompositeTypes"]["tracking_report"];
        SetofOptions: {
          from: "*";
          to: "tracking_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "record_listing": {
        Args: {
          "complete": boolean;
          "executions": Json;
          "fence": number;
          "instance_id": string;
          "skipped"?: string;
        };
        Returns: Json;
      };
      "record_observation": {
        Args: { "execution_id": string; "observation": Json };
        Returns: undefined;
      };
      "record_stoppage": {
        Args: {
          "code": string;
          "collection_id"?: string;
          "instance_id": string;
          "kind": string;
          "request_id"?: string;
          "source": string;
          "subject": string;
          "waits_for_person"?: boolean;
          "week_id"?: string;
          "words": string;
        };
        Returns: string;
      };
      "record_tick": {
        Args: { "failed": Json; "succeeded": (string)[] };
        Returns: undefined;
      };
      "refute_confirmation": {
        Args: {
          "attempt_id": string;
          "execution_id": string;
          "message": string;
        };
        Returns: Database["public"]["CompositeTypes"]["tracking_report"];
        SetofOptions: {
          from: "*";
          to: "tracking_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "remove_member": {
        Args: { "instance_id": string; "user_id": string };
        Returns: Database["public"]["CompositeTypes"]["control_report"];
        SetofOptions: {
          from: "*";
          to: "control_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "rename_collection": {
        Args: { "collection_id": string; "name": string };
        Returns: Database["public"]["CompositeTypes"]["control_report"];
        SetofOptions: {
          from: "*";
          to: "control_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "report_create": {
        Args: {
          "attempt_id": string;
          "http_status"?: number;
          "message"?: string;
          "request_id"?: string;
          "retry_after_seconds"?: number;
          "verdict": string;
        };
        Returns: Database["public"]["CompositeTypes"]["tracking_report"];
        SetofOptions: {
          from: "*";
          to: "tracking_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "report_credential_accepted": {
        Args: { "credential_name": string; "credential_version": number };
        Returns: number;
      };
      "report_credential_failure": {
        Args: {
          "code": string;
          "credential_name": string;
          "credential_version": number;
          "message": string;
        };
        Returns: number;
      };
      "report_delivery": {
        Args: {
          "accepted": boolean;
          "code"?: string;
          "lease": string;
          "status"?: number;
          "words": string;
        };
        Returns: string;
      };
      "report_workflow_check": {
        Args: {
          "cancelling"?: boolean;
          "check_id": string;
          "honoured"?: boolean;
          "message"?: string;
          "request_id"?: string;
          "status"?: string;
          "verdict": string;
        };
        Returns: string;
      };
      "resolve_alert": {
        Args: { "alert_id": number };
        Returns: Database["public"]["CompositeTypes"]["control_report"];
        SetofOptions: {
          from: "*";
          to: "control_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "restate_week": {
        Args: { "week_id": string };
        Returns: Database["public"]["CompositeTypes"]["control_report"];
        SetofOptions: {
          from: "*";
          to: "control_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "resume_collection": {
        Args: { "collection_id": string };
        Returns: Database["public"]["CompositeTypes"]["control_report"];
        SetofOptions: {
          from: "*";
          to: "control_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "retry_failed_execution": {
        Args: { "attempt_id": string };
        Returns: Database["public"]["CompositeTypes"]["tracking_report"];
        SetofOptions: {
          from: "*";
          to: "tracking_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "retry_failed_weeks": {
        Args: { "collection_id": string };
        Returns: Database["public"]["CompositeTypes"]["control_report"];
        SetofOptions: {
          from: "*";
          to: "control_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "retry_week": {
        Args: { "week_id": string };
        Returns: Database["public"]["CompositeTypes"]["control_report"];
        SetofOptions: {
          from: "*";
          to: "control_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "save_workflow": {
        Args: {
          "instance_id": string;
          "name": string;
          "parameters"?: Json;
          "sql_query": string;
        };
        Returns: Database["public"]["CompositeTypes"]["saved_workflow"];
        SetofOptions: {
          from: "*";
          to: "saved_workflow";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "set_keep_current": {
        Args: {
          "collection_id": string;
          "keep_current": boolean;
          "settle_days"?: number;
        };
        Returns: Database["public"]["CompositeTypes"]["control_report"];
        SetofOptions: {
          from: "*";
          to: "control_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "set_keep_versions": {
        Args: { "collection_id": string; "keep_versions": number };
        Returns: Database["public"]["CompositeTypes"]["control_report"];
        SetofOptions: {
          from: "*";
          to: "control_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "set_restatement_policy": {
        Args: {
          "collection_id": string;
          "restate_every_days"?: number;
          "restate_weeks": number;
        };
        Returns: Database["public"]["CompositeTypes"]["control_report"];
        SetofOptions: {
          from: "*";
          to: "control_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "set_retention": {
        Args: {
          "instance_id": string;
          "months": number;
          "workflow_id": string;
        };
        Returns: Database["public"]["CompositeTypes"]["control_report"];
        SetofOptions: {
          from: "*";
          to: "control_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "set_role": {
        Args: { "instance_id": string; "role": string; "user_id": string };
        Returns: Database["public"]["CompositeTypes"]["control_report"];
        SetofOptions: {
          from: "*";
          to: "control_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "set_webhook": {
        Args: {
          "enabled"?: boolean;
          "form": string;
          "instance_id"?: string;
          "last_resort"?: boolean;
          "name": string;
          "secret_name"?: string;
          "signing_key"?: string;
          "tells"?: (string)[];
          "url"?: string;
        };
        Returns: string;
      };
      "settle_attempt": {
        Args: {
          "attempt_id": string;
          "listing_began_at": string;
          "similar_runs"?: boolean;
        };
        Returns: Database["public"]["CompositeTypes"]["tracking_report"];
        SetofOptions: {
          from: "*";
          to: "tracking_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "start_collection": {
        Args: {
          "end_date"?: string;
          "idempotency_key"?: string;
          "instance_id": string;
          "keep_current"?: boolean;
          "name"?: string;
          "parameter_values"?: Json;
          "requested_by": string;
          "settle_days"?: number;
          "start_date"?: string;
          "time_zone"?: string;
          "week_starts_on"?: string;
          "weeks"?: number;
          "workflow_id": string;
        };
        Returns: Json;
      };
      "take_over_collection": {
        Args: { "collection_id": string };
        Returns: Database["public"]["CompositeTypes"]["control_report"];
        SetofOptions: {
          from: "*";
          to: "control_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "test_webhook": { Args: { "webhook_id": string }; Returns: number };
      "tracking_figures": {
        Args: { "instance"?: string; "since": string; "until": string };
        Returns: {
          "adopted_executions": number;
          "completed": number;
          "completed_untracked": number;
          "duplicate_executions": number;
          "failed": number;
          "instance_id": string;
          "null_rate": number;
          "oldest_due_seconds": number;
          "paused_seconds": number;
          "seconds_p50": number;
          "seconds_p95": number;
          "slots": number;
          "slots_elsewhere": number;
          "slots_taken": number;
          "success_rate": number;
          "throttles": number;
          "tracking_failures": Json;
          "weeks_by_state": Json;
        }[];
      };
      "update_week_status": {
        Args: {
          "collection_id": string;
          "data"?: Json;
          "execution_id"?: string;
          "status": string;
          "week_id": string;
        };
        Returns: Database["public"]["CompositeTypes"]["tracking_report"];
        SetofOptions: {
          from: "*";
          to: "tracking_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "week_rows": {
        Args: { "after_line"?: number; "max_rows"?: number; "week_id": string };
        Returns: Json;
      };
      "withdraw_invitation": {
        Args: { "invitation_id": string };
        Returns: Database["public"]["CompositeTypes"]["control_report"];
        SetofOptions: {
          from: "*";
          to: "control_report";
          isOneToOne: true;
          isSetofReturn: false;
        };
      };
      "workflow_definition": {
        Args: { "instance_id": string; "workflow_id": string };
        Returns: Json;
      };
    };
    Enums: {
      [_ in never]: never;
    };
    CompositeTypes: {
      "control_report": {
        "outcome": string | null;
        "reason": string | null;
        "weeks": number | null;
      };
      "id_backfill_report": {
        "outcome": string | null;
        "reason": string | null;
        "weeks": number | null;
        "backfill_id": string | null;
        "weeks_too_old": number | null;
        "list_from": string | null;
        "calls_at_least": number | null;
        "calls_at_most": number | null;
      };
      "saved_workflow": {
        "workflow_id": string | null;
        "created": boolean | null;
        "results_view": string | null;
        "raw_view": string | null;
        "series_view": string | null;
        "sql_query": string | null;
      };
      "tracking_report": {
        "outcome": string | null;
        "reason": string | null;
        "status": string | null;
        "execution_id": string | null;
      };
    };
  };
};

type DatabaseWithoutInternals = Omit<Database, "__InternalSupabase">;

type DefaultSchema =
  DatabaseWithoutInternals[Extract<keyof Database, "public">];

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof (
      & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]][
        "Tables"
      ]
      & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]][
        "Views"
      ]
    )
    : never = never,
> = DefaultSchemaTableNameOrOptions extends
  { schema: keyof DatabaseWithoutInternals } ? (
    & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]][
      "Tables"
    ]
    & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]][
      "Views"
    ]
  )[TableName] extends {
    Row: infer R;
  } ? R
  : never
  : DefaultSchemaTableNameOrOptions extends
    keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    ? (DefaultSchema["Tables"] & DefaultSchema["Views"])[
      DefaultSchemaTableNameOrOptions
    ] extends {
      Row: infer R;
    } ? R
    : never
  : never;

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]][
      "Tables"
    ]
    : never = never,
> = DefaultSchemaTableNameOrOptions extends
  { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]][
    "Tables"
  ][TableName] extends {
    Insert: infer I;
  } ? I
  : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Insert: infer I;
    } ? I
    : never
  : never;

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]][
      "Tables"
    ]
    : never = never,
> = DefaultSchemaTableNameOrOptions extends
  { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]][
    "Tables"
  ][TableName] extends {
    Update: infer U;
  } ? U
  : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Update: infer U;
    } ? U
    : never
  : never;

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema["Enums"]
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]][
      "Enums"
    ]
    : never = never,
> = DefaultSchemaEnumNameOrOptions extends
  { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][
    EnumName
  ]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
    ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
  : never;

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[
      PublicCompositeTypeNameOrOptions["schema"]
    ]["CompositeTypes"]
    : never = never,
> = PublicCompositeTypeNameOrOptions extends
  { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]][
    "CompositeTypes"
  ][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends
    keyof DefaultSchema["CompositeTypes"]
    ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
  : never;

export const Constants = {
  "public": {
    Enums: {},
  },
} as const;
