import { domainToASCII } from "node:url";

/** Names of mailboxes that need no quotes, as in forms of HTML. */
const name = /^[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;

/** The last part is a name: what looks like an address of a machine leads past the mail servers of domains. */
const domain = /^([a-z\d]([a-z\d-]{0,61}[a-z\d])?\.)+[a-z]([a-z\d-]{0,61}[a-z\d])?$/;

/**
 * Reads an address as someone types it. Domains are put into lower case, and into ASCII where they aren't.
 *
 * @param given what was sent
 * @returns the address, without anything that a header or an envelope could take for its own
 * @throws TypeError or RangeError, which don't show what was given
 */
export function mailAddress(given: unknown): string {
  const expected = "email: expected an address such as name@example.org";
  if (typeof given !== "string")
    throw new TypeError(`${expected}, got ${given === undefined ? "none" : "no text"}`);
  const text = given.trim();
  const at = text.lastIndexOf("@");
  const mailbox = text.slice(0, Math.max(at, 0));
  const typed = text.slice(at + 1);
  // As part of a URL it would lose ends of lines, and all behind a slash or a question mark.
  const host = /[\s/?#\\%]/.test(typed) ? "" : domainToASCII(typed).toLowerCase();
  if (mailbox.length > 64 || !name.test(mailbox) || host.length + mailbox.length > 253 || !domain.test(host))
    throw new RangeError(`${expected}, got an invalid one`);
  return `${mailbox}@${host}`;
}
