import type { Context } from "hono";
import { jsonFields } from "../../server/json-fields.ts";
import { mailAddress } from "./mail/mail-address.ts";
import { type Rhythm, rhythms } from "./mail/rhythm.ts";

/** What someone asks for who subscribes. */
export interface Wish {
  address: string;
  rhythm: Rhythm;
  /** Whether a form was sent: a page is the answer then. */
  form: boolean;
}

/** @throws TypeError for a form that can't be read */
async function formOf(c: Context): Promise<Record<string, unknown>> {
  try {
    return await c.req.parseBody();
  } catch {
    throw new TypeError("body: expected a form with email, rhythm, got one that can't be read");
  }
}

/**
 * Reads `email` and `rhythm` (weekly, where it isn't said), of JSON or of a form.
 *
 * @throws TypeError, RangeError for others
 */
export async function wishOf(c: Context): Promise<Wish> {
  const form = /^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(
    c.req.header("content-type") ?? "",
  );
  const { email, rhythm = "weekly" } = form ? await formOf(c) : await jsonFields(c, ["email", "rhythm"]);
  const address = mailAddress(email);
  const found = rhythms.find((one) => one === rhythm);
  if (found === undefined)
    throw new RangeError(
      `rhythm: expected one of ${rhythms.map((one) => `"${one}"`).join(", ")}, got another`,
    );
  return { address, rhythm: found, form };
}
