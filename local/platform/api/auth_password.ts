/**
 * Stand-in for Supabase Auth: which passwords and addresses it takes.
 */
import { AuthError } from "./auth_protocol.ts";

/** The fewest characters of a password: `minimum_password_length` in supabase/config.toml. */
export const MIN_PASSWORD_LENGTH = 8;
/** The most bytes of a password: bcrypt reads no more. */
const MAX_PASSWORD_BYTES = 72;

/**
 * Checks a new password.
 *
 * @throws AuthError 422 weak_password with the reasons, 400 validation_failed for one that is too long
 */
export function checkPassword(password: string): void {
  const bytes = new TextEncoder().encode(password).length;
  if (bytes > MAX_PASSWORD_BYTES) {
    const message =
      `Password cannot be longer than ${MAX_PASSWORD_BYTES} characters`;
    throw new AuthError(400, "validation_failed", message);
  }
  if (password.length < MIN_PASSWORD_LENGTH) {
    const message =
      `Password should be at least ${MIN_PASSWORD_LENGTH} characters.`;
    throw new AuthError(422, "weak_password", message, {
      weak_password: { reasons: ["length"] },
    });
  }
}

/**
 * Checks that an address has the form of one.
 *
 * @throws AuthError 400 validation_failed
 */
export function checkAddress(email: string): void {
  if (/^[^@\s]+@[^@\s]+$/.test(email)) return;
  const message = "Unable to validate email address: invalid format";
  throw new AuthError(400, "validation_failed", message);
}
