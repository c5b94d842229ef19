/**
 * Stand-in for Supabase Auth: users, in the table `auth.users`.
 *
 * Passwords are bcrypt hashes made and compared by pgcrypto in the schema `extensions`.
 */
import { type Database, run } from "./database.ts";

/** A user as Supabase Auth shows one. */
export interface User {
  id: string;
  email: string;
  role: string;
  email_confirmed_at: string | null;
  app_metadata: Record<string, unknown>;
  user_metadata: Record<string, unknown>;
  [field: string]: unknown;
}

/** What a new user is made from. */
export interface NewUser {
  email: string;
  password: string;
  confirmed: boolean;
  appMetadata?: Record<string, unknown>;
  userMetadata?: Record<string, unknown>;
}

const time = (column: string) =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

const userJson = `json_build_object(
  'id', u.id, 'aud', 'authenticated', 'role', u.role, 'email', u.email, 'phone', '',
  'email_confirmed_at', ${time("u.email_confirmed_at")},
  'confirmed_at', ${time("u.email_confirmed_at")},
  'last_sign_in_at', ${time("u.last_sign_in_at")},
  'app_metadata', coalesce(u.raw_app_meta_data, '{}'::jsonb),
  'user_metadata', coalesce(u.raw_user_meta_data, '{}'::jsonb),
  'identities', json_build_array(json_build_object(
    'identity_id', md5('identity of ' || u.id)::uuid, 'id', u.id, 'user_id', u.id, 'provider', 'email', 'email', u.email,
    'identity_data', json_build_object('sub', u.id, 'email', u.email, 'email_verified', u.email_confirmed_at is not null),
    'last_sign_in_at', ${time("u.last_sign_in_at")},
    'created_at', ${time("u.created_at")}, 'updated_at', ${
  time("u.updated_at")
})),
  'created_at', ${time("u.created_at")}, 'updated_at', ${time("u.updated_at")},
  'is_anonymous', false)::text as "user"`;

async function one(
  database: Database,
  text: string,
  values: (string | null)[],
): Promise<User | null> {
  const [row] = await run<{ user: string }>(database, text, values);
  return row ? JSON.parse(row.user) : null;
}

/**
 * Makes a user who can sign in with a password.
 *
 * @returns the user, or null when the address is taken
 */
export function insertUser(
  database: Database,
  user: NewUser,
): Promise<User | null> {
  return one(
    database,
    `insert into auth.users as u (id, aud, role, email, encrypted_password, email_confirmed_at,
        raw_app_meta_data, raw_user_meta_data, created_at, updated_at)
      select gen_random_uuid(), 'authenticated', 'authenticated', lower($1),
        extensions.crypt($2, extensions.gen_salt('bf')),
        case when $3::text = 'true' then now() end,
        '{"provider": "email", "providers": ["email"]}'::jsonb || $4::text::jsonb,
        '{"email_verified": true}'::jsonb || $5::text::jsonb, now(), now()
      on conflict (email) where is_sso_user = false do nothing
      returning ${userJson}`,
    [
      user.email,
      user.password,
      String(user.confirmed),
      JSON.stringify(user.appMetadata ?? {}),
      JSON.stringify(user.userMetadata ?? {}),
    ],
  );
}

/** The user with this address and password, signed in now; null when there is none. */
export function signIn(
  database: Database,
  email: string,
  password: string,
): Promise<User | null> {
  return one(
    database,
    `update auth.users u
        set last_sign_in_at = case when u.email_confirmed_at is null then u.last_sign_in_at
          else now() end, updated_at = now()
      where u.email = lower($1)
        and u.encrypted_password = extensions.crypt($2, u.encrypted_password)
      returning ${userJson}`,
    [email, password],
  );
}

/** Whether this is the password of the user with this id. */
export async function hasPassword(
  database: Database,
  id: string,
  password: string,
): Promise<boolean> {
  const [row] = await run<{ same: string }>(
    database,
    `select (u.encrypted_password = extensions.crypt($2, u.encrypted_password))::text as same
       from auth.users u where u.id::text = lower($1)`,
    [id, password],
  );
  return row?.same === "true";
}

/**
 * Changes a user.
 *
 * @param change a new password or null; metadata that is merged into the user's, where null takes a key away
 * @returns the changed user, or null when there is none
 */
export function updateUser(
  database: Database,
  id: string,
  change: { password: string | null; userMetadata: Record<string, unknown> },
): Promise<User | null> {
  return one(
    database,
    `update auth.users u
        set encrypted_password = coalesce(extensions.crypt($2, extensions.gen_salt('bf')), u.encrypted_password),
            raw_user_meta_data = (
              select coalesce(jsonb_object_agg(m.key, m.value), '{}')
                from jsonb_each(coalesce(u.raw_user_meta_data, '{}') || $3::text::jsonb) m
               where m.value <> 'null'),
            updated_at = now()
      where u.id::text = lower($1)
      returning ${userJson}`,
    [id, change.password, JSON.stringify(change.userMetadata)],
  );
}

/** The user with this id, or null. */
export function findUser(database: Database, id: string): Promise<User | null> {
  return one(
    database,
    `select ${userJson} from auth.users u where u.id::text = lower($1)`,
    [id],
  );
}

/** Deletes a user; null when there is none. */
export function deleteUser(
  database: Database,
  id: string,
): Promise<User | null> {
  return one(
    database,
    `delete from auth.users u where u.id::text = lower($1) returning ${userJson}`,
    [id],
  );
}
