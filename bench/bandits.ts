/*
 * Decisions a second of the bandits, 10 arms, contexts of 64 numbers: NeuFastCB with a network of 100 units (every arm its own
 * first layer, or one network for arms that each have a vector) and LinUCB, beside the same arithmetic in numpy (where
 * installed), in turn in one run on one core. Prints milliseconds, decisions a second and bytes as JSON.
 *
 *   node --conditions=minimand-source bench/bandits.ts [decisions]
 */
import {
  type Bandit,
  type BanditContext,
  linUcb,
  neuFastCb,
  neuralUcb,
  neuSquareCb,
  restoreBandit,
} from "@minimand/lab/online";
import { median } from "./adam-step.ts";
import { startPython } from "./python.ts";

const arms = 10;
const dim = 64;
const decisions = Number(process.argv[2] ?? 20_000);
const rounds = 5;

const contexts = (shared: boolean): BanditContext[] =>
  Array.from({ length: 256 }, () => {
    const vector = (): Float64Array => Float64Array.from({ length: dim }, () => Math.random() - 0.5);
    return { features: shared ? vector() : Array.from({ length: arms }, vector) };
  });

/** Seconds for so many choices with their updates, and the milliseconds of each choice. */
function play(bandit: Bandit, rows: readonly BanditContext[], count: number) {
  const choices = new Float64Array(count);
  const started = performance.now();
  for (let t = 0; t < count; t++) {
    const before = performance.now();
    const { decisionId, action } = bandit.choose(rows[t & 255]);
    choices[t] = performance.now() - before;
    bandit.update(decisionId, (action + t) % 3 === 0 ? 1 : 0);
  }
  return { seconds: (performance.now() - started) / 1000, choices: choices.sort() };
}

const networks = {
  fast: { bandit: neuFastCb({ dim, arms, gamma: 100 }), rows: contexts(true) },
  fastSigns: {
    bandit: neuSquareCb({ dim, arms, gamma: 100, perturbation: { mode: "signs", cp: 0.01, samples: 5 } }),
    rows: contexts(true),
  },
  fastShared: { bandit: neuFastCb({ dim, gamma: 100 }), rows: contexts(false) },
  ucb: { bandit: neuralUcb({ dim, arms }), rows: contexts(true) },
  linUcb: { bandit: linUcb({ dim, arms }), rows: contexts(true) },
  linUcbShared: { bandit: linUcb({ dim }), rows: contexts(false) },
};
type Name = keyof typeof networks;
const names = Object.keys(networks) as Name[];
// LinUCB is quicker by an order; all take about as long.
const share = (name: Name): number => (name.startsWith("lin") ? decisions : Math.ceil(decisions / 8));

const numpy = await startPython("./numpy-bandits.py");
if (numpy === null)
  process.stderr.write("numpy: left out, /usr/bin/python3 has none (Debian: python3-numpy)\n");
const rates = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
const p99: number[] = [];
const p50: number[] = [];
const beside = { network: [] as number[], linucb: [] as number[] };
for (let round = -1; round < rounds; round++) {
  for (const name of names) {
    const { bandit, rows } = networks[name];
    const count = share(name);
    const { seconds, choices } = play(bandit, rows, count);
    // The first round is for the compilers.
    if (round < 0) continue;
    rates[name].push(count / seconds);
    if (name !== "fast") continue;
    p50.push(choices[Math.floor(count / 2)]);
    p99.push(choices[Math.floor(0.99 * count)]);
  }
  if (numpy === null) continue;
  for (const kind of ["network", "linucb"] as const) {
    const found = await numpy.ask(`${kind} ${kind === "network" ? 500 : 2000}`);
    if (round >= 0) beside[kind].push(found);
  }
}
numpy?.stop();

const { bandit } = networks.fast;
const began = performance.now();
const snapshot = bandit.snapshot();
const between = performance.now();
restoreBandit(snapshot);
console.log(
  JSON.stringify({
    choose: { p50: median(p50), p99: median(p99) },
    perSecond: Object.fromEntries(names.map((name) => [name, median(rates[name])])),
    numpy:
      numpy === null
        ? null
        : { version: numpy.version, network: median(beside.network), linUcb: median(beside.linucb) },
    snapshot: { bytes: snapshot.length, write: between - began, read: performance.now() - between },
  }),
);
