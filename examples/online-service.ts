/*
 * A spam filter that learns while it serves: mail comes in runs of one kind, answers come late, and the service is stopped and
 * started in between.
 *
 * Every mail gets a score from the weights of the moment, and its label arrives some mails later, or never: what nobody answered
 * for a while is forgotten, so that what waits stays bounded. Optimistic mirror descent takes the last gradient as a guess of
 * the next, which is right as long as a run lasts.
 *
 *     npx node --conditions=minimand-source examples/online-service.ts
 */

import { readFile } from "node:fs/promises";
import { encode, fitEncoder, makeDataset, readTable } from "@minimand/compare";
import { dataFile } from "@minimand/data";
import {
  ballDomain,
  type OnlineLearner,
  ogd,
  optimisticOmd,
  type SessionSnapshot,
  serve,
} from "@minimand/lab/online";
import { checkNumber, rangeError } from "minimand/engine";

interface Mail {
  x: Float64Array;
  /** 1 or -1. */
  label: number;
}

/** The gradient of `log(1 + exp(-label w.x))` in the weights. */
function gradient(w: Float64Array, { x, label }: Mail): Float64Array {
  const slope = -label / (1 + Math.exp(label * dot(w, x)));
  return x.map((value) => slope * value);
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i], 0);

/** When answers come. */
export interface Answers {
  /** Mails after which the label of one comes. */
  delay: number;
  /** Of so many mails one is never answered; default: all are. */
  oneSilentOf?: number;
}

/** Mails after which an answer is no longer waited for. */
const patience = 100;

/**
 * Serves mails in order.
 *
 * @returns the share that was filed wrongly, and the most decisions that waited for an answer
 * @throws RangeError for no mails, a mail of another length or label, a delay below 0
 */
export function serveAll(
  make: () => OnlineLearner,
  mails: readonly Mail[],
  { delay, oneSilentOf = Number.POSITIVE_INFINITY }: Answers,
): { wrong: number; mostOpen: number } {
  checkNumber("delay", delay, { min: 0, integer: true });
  if (mails.length === 0) throw rangeError("mails", "at least one", mails);
  let session = serve(make(), { gradient });
  let ids = new Map<number, number>();
  let [wrong, mostOpen] = [0, 0];
  mails.forEach((mail, t) => {
    const { id, x: weights } = session.decide();
    checkMail(`mails[${t}]`, mail, weights.length);
    if (mail.label * dot(weights, mail.x) <= 0) wrong++;
    ids.set(t, id);
    // An answer may come to a mail that was given up: it is too late.
    const answered = t - delay;
    const open = ids.get(answered);
    if (open !== undefined && (answered + 1) % oneSilentOf !== 0) {
      session.feedback(open, mails[answered]);
      ids.delete(answered);
    }
    const forgotten = ids.get(t - patience);
    if (forgotten !== undefined) {
      session.forget(forgotten);
      ids.delete(t - patience);
    }
    mostOpen = Math.max(mostOpen, session.open);
    if (t === Math.floor(mails.length / 2)) {
      // The service stops: what it knows is written down, decisions without answer included, and read again.
      const text = JSON.stringify({ session: session.snapshot(), ids: [...ids] });
      const saved = JSON.parse(text) as { session: SessionSnapshot; ids: [number, number][] };
      session = serve(make(), { gradient });
      session.restore(saved.session);
      ids = new Map(saved.ids);
    }
  });
  return { wrong: wrong / mails.length, mostOpen };
}

function checkMail(name: string, { x, label }: Mail, length: number): void {
  if (x.length !== length) throw rangeError(`${name}.x`, `${length} numbers`, x);
  x.forEach((value, i) => {
    checkNumber(`${name}.x[${i}]`, value);
  });
  if (label !== 1 && label !== -1) throw rangeError(`${name}.label`, "1 or -1", label);
}

/**
 * Spambase in runs of one kind of so many mails, every mail a vector of length 1.
 *
 * @throws RangeError for a run below 1
 */
export async function mailsInRuns(run: number): Promise<Mail[]> {
  checkNumber("run", run, { min: 1, integer: true });
  const file = dataFile("spambase.csv.gz");
  const dataset = makeDataset(await readTable(await readFile(file), { name: "spambase" }), {
    target: "target",
  });
  const rows = Int32Array.from({ length: dataset.rows }, (_, i) => i);
  const encoder = fitEncoder(dataset, rows);
  const { x } = encode(encoder, dataset, rows);
  const mails = [...rows].map((row): Mail => {
    const values = [...x.subarray(row * encoder.inputs, (row + 1) * encoder.inputs), 1];
    const length = Math.hypot(...values);
    return { x: Float64Array.from(values, (v) => v / length), label: dataset.labels[row] === 1 ? 1 : -1 };
  });
  const [spam, other] = [1, -1].map((label) => mails.filter((mail) => mail.label === label));
  const runs = Math.ceil(other.length / run);
  return Array.from({ length: runs }, (_, k) =>
    [spam, other].flatMap((kind) => kind.slice(k * run, (k + 1) * run)),
  ).flat();
}

export async function main(log: (line: string) => void = console.log): Promise<void> {
  const mails = await mailsInRuns(100);
  const domain = ballDomain(mails[0].x.length, 10);
  // A logistic gradient of a vector of length 1 is at most 1 long.
  const learners: [string, () => OnlineLearner][] = [
    ["gradient descent", () => ogd({ domain, G: 1 })],
    ["optimistic mirror descent", () => optimisticOmd({ domain, G: 1 })],
  ];
  const cases: [when: string, Answers][] = [
    ["at once", { delay: 0 }],
    ["10 mails late", { delay: 10 }],
    ["10 mails late, every fourth never", { delay: 10, oneSilentOf: 4 }],
  ];
  for (const [when, answers] of cases)
    for (const [name, make] of learners) {
      const { wrong, mostOpen } = serveAll(make, mails, answers);
      log(
        `answers ${when}, ${name}: ${(100 * wrong).toFixed(1)} % filed wrongly, at most ${mostOpen} mails open`,
      );
    }
}

if (import.meta.main) await main();
