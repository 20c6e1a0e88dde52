/* What errors of a database say of whether another try helps. */

/** The database isn't there, the way to it is cut, or its disk is full: who waits will be helped. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  if (lostConnections.has(code) || /^(57P0[1235]|25P03)$/.test(code) || code === tooManyConnections)
    return true;
  if (isFull(error)) return true;
  // A pooler says of everything that it is a violation of the protocol; a server says so of a statement that is wrong.
  if (code.startsWith("08")) return code !== "08P01" || fieldOf(error, "severity") === "FATAL";
  // The socket file of a server that is stopped is gone.
  if (code === "ENOENT" && fieldOf(error, "syscall") === "connect") return true;
  return code === "" && said.some((pattern) => pattern.test(error.message));
}

/** The disk of the database is full. */
export function isFull(error: unknown): boolean {
  return codeOf(error) === "53100";
}

/** Another transaction was in the way: serialization failure, deadlock. */
export function isConflict(error: unknown): boolean {
  return ["40001", "40P01"].includes(codeOf(error));
}

/** All connections of this process were in use for too long: nothing is wrong with the database. */
export function isQueue(error: unknown): boolean {
  return error instanceof Error && error.message === "timeout exceeded when trying to connect";
}

/** SQLSTATE, or the code of the operating system; empty without one. */
export function codeOf(error: unknown): string {
  const code = fieldOf(error, "code");
  return typeof code === "string" ? code : "";
}

/** Why a database can't be reached, in a few words. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message || codeOf(error) : String(error);
  return reasons[codeOf(error)] ?? (text.split("\n")[0] || "no reason given");
}

const tooManyConnections = "53300";

const reasons: Record<string, string> = {
  ECONNREFUSED: "nobody listens there",
  ECONNRESET: "the connection broke",
  EPIPE: "the connection broke",
  ENOENT: "no such socket",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "the host's name can't be looked up",
  EHOSTUNREACH: "no way to the host",
  ENETUNREACH: "no way to the host",
  ETIMEDOUT: "no answer",
  "53100": "no space left on its disk",
};

const lostConnections = new Set([
  ...["ECONNREFUSED", "ECONNRESET", "ECONNABORTED", "EPIPE", "ETIMEDOUT", "EAI_AGAIN", "ENOTFOUND"],
  ...["EHOSTUNREACH", "EHOSTDOWN", "ENETUNREACH", "ENETDOWN", "ENETRESET"],
]);

/** What `pg` says without a code. */
const said = [
  /^Connection terminated/,
  /^timeout expired$/,
  /^timeout exceeded when trying to connect$/,
  /^Query read timeout$/,
  /^Client (has encountered a connection error|was closed) and is not queryable$/,
  /^There was an error establishing an SSL connection$/,
];

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
