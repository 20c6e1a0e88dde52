/* How many statements this process sends, as round trips, and which. */
import pg from "pg";

const seen = new Map<string, number>();
let sent = 0;

type Query = (this: pg.Client, ...args: unknown[]) => unknown;
const prototype = pg.Client.prototype as unknown as { query: Query };
const { query } = prototype;

prototype.query = function counted(...args) {
  const [first] = args;
  // The pool hands a query over as an object.
  const text = typeof first === "string" ? first : String((first as { text?: string } | undefined)?.text);
  const name = text.trim().replaceAll(/\s+/g, " ").slice(0, 60);
  seen.set(name, (seen.get(name) ?? 0) + 1);
  sent++;
  return query.apply(this, args);
};

/** Since the start of this process. */
export const statementsSent = (): number => sent;

/** Each with how often it was sent, the most frequent first. */
export const statementsByText = (): [text: string, count: number][] =>
  [...seen].sort(([, a], [, b]) => b - a);
