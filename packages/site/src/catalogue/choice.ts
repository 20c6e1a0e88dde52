import { type Topic, topics } from "@minimand/papers/cards";
import { type Entry, type Verdict, verdicts } from "./entry.ts";
import { type DataKind, dataKinds } from "./needs.ts";

/** Orders of the catalogue, by their names in its address. */
export const orders = {
  newest: "newest paper first",
  oldest: "oldest paper first",
  verdict: "verdict",
  quickest: "quickest run first",
  title: "title",
} as const;

export type Order = keyof typeof orders;

/** What a reader has chosen to see; an empty list or null means all. */
export interface Choice {
  topics: Topic[];
  verdicts: Verdict[];
  data: DataKind[];
  /** Year of the first version, at least. */
  since: number | null;
  /** Seconds that a run takes, at most. */
  within: number | null;
  order: Order;
}

/** Everything, the newest first. */
export const everything: Choice = {
  topics: [],
  verdicts: [],
  data: [],
  since: null,
  within: null,
  order: "newest",
};

/** Returns the papers that are chosen, in their order. Kinds of data are those that a run may ask for: it asks for no other. */
export function chosen(entries: readonly Entry[], choice: Choice): Entry[] {
  const among = <T>(wanted: readonly T[], value: T): boolean => wanted.length === 0 || wanted.includes(value);
  return entries
    .filter(
      ({ topic, verdict, data, date, seconds }) =>
        among(choice.topics, topic) &&
        among(choice.verdicts, verdict) &&
        data.every((kind) => kind === "nothing" || among(choice.data, kind)) &&
        (choice.since === null || Number(date.slice(0, 4)) >= choice.since) &&
        (choice.within === null || (seconds !== null && seconds <= choice.within)),
    )
    .sort(comparisons[choice.order]);
}

const byDate = (a: Entry, b: Entry): number => b.date.localeCompare(a.date) || a.title.localeCompare(b.title);

const comparisons: Record<Order, (a: Entry, b: Entry) => number> = {
  newest: byDate,
  oldest: (a, b) => byDate(b, a),
  title: (a, b) => a.title.localeCompare(b.title),
  quickest: (a, b) => (a.seconds ?? Number.MAX_VALUE) - (b.seconds ?? Number.MAX_VALUE) || byDate(a, b),
  verdict: (a, b) => verdicts.indexOf(a.verdict) - verdicts.indexOf(b.verdict) || byDate(a, b),
};

/** Returns the query of an address that shows a choice: only what differs from everything, so that it stays short. */
export function queryOf(choice: Choice): string {
  const query = new URLSearchParams();
  if (choice.topics.length > 0) query.set("topic", choice.topics.join());
  if (choice.verdicts.length > 0) query.set("verdict", choice.verdicts.join());
  if (choice.data.length > 0) query.set("data", choice.data.join());
  if (choice.since !== null) query.set("since", `${choice.since}`);
  if (choice.within !== null) query.set("within", `${choice.within}`);
  if (choice.order !== everything.order) query.set("order", choice.order);
  const text = query.toString().replaceAll("%2C", ",");
  return text === "" ? "" : `?${text}`;
}

/** Returns the choice that a query shows; what it doesn't know is left out. */
export function choiceOf(query: string): Choice {
  const found = new URLSearchParams(query);
  const listed = <T extends string>(name: string, known: readonly T[]): T[] => {
    const named = (found.get(name) ?? "").split(",");
    return known.filter((value) => named.includes(value));
  };
  const whole = (name: string): number | null => {
    const text = found.get(name) ?? "";
    return /^\d{1,6}$/.test(text) ? Number(text) : null;
  };
  const order = found.get("order") ?? "";
  return {
    topics: listed("topic", topics),
    verdicts: listed("verdict", verdicts),
    data: listed("data", dataKinds),
    since: whole("since"),
    within: whole("within"),
    order: Object.hasOwn(orders, order) ? (order as Order) : everything.order,
  };
}
