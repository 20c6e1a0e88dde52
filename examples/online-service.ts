/*
 * A spam filter that learns while it serves: mail comes in runs of one kind, answers come late, and the service is stopped and
 * started in between.
 *
 * Every mail gets a score from the weights of the moment, and its label arrives some mails later. Optimistic mirror descent takes
 * the last gradient as a guess of the next, which is right as long as a run lasts.
 *
 *     npx node --conditions=minimand-source examples/online-service.ts
 */
import { readFile } from "node:fs/promises";
import { encode, fitEncoder, makeDataset, readTable } from "@minimand/compare";
import { ballDomain, type OnlineLearner, ogd, optimisticOmd, type SessionSnapshot, serve } from "minimand";

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

/** Serves mails in order; the label of each comes `delay` mails later. Returns the share that was filed wrongly. */
export function serveAll(make: () => OnlineLearner, mails: readonly Mail[], delay: number): number {
  let session = serve(make(), { gradient });
  const waiting: { id: number; mail: Mail }[] = [];
  let wrong = 0;
  mails.forEach((mail, t) => {
    const { id, x: weights } = session.decide();
    if (mail.label * dot(weights, mail.x) <= 0) wrong++;
    waiting.push({ id, mail });
    if (waiting.length > delay) {
      const answer = waiting.shift()!;
      session.feedback(answer.id, answer.mail);
    }
    if (t === Math.floor(mails.length / 2)) {
      // The service stops: what it knows is written down, decisions without answer included, and read again.
      const text = JSON.stringify(session.snapshot());
      session = serve(make(), { gradient });
      session.restore(JSON.parse(text) as SessionSnapshot);
    }
  });
  return wrong / mails.length;
}

/** Spambase in runs of one kind of so many mails, every mail a vector of length 1. */
export async function mailsInRuns(run: number): Promise<Mail[]> {
  const file = new URL("../data/spambase.csv.gz", import.meta.url);
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
  for (const delay of [0, 10])
    for (const [name, make] of learners)
      log(
        `answers ${delay} mails late, ${name}: ${(100 * serveAll(make, mails, delay)).toFixed(1)} % filed wrongly`,
      );
}

if (import.meta.main) await main();
