/*
 * A small language model that learns from one's own pairs which answers are wanted.
 *
 * A causal transformer first learns to answer customers as the shop has answered so far, well and badly. The reference's
 * log-probabilities of all pairs are computed once and stored; then the model is trained on the pairs, by DPO and by RPO (DPO and the
 * likelihood of the chosen answers), and answers questions that it hasn't seen. The policies are written to the folder.
 *
 *     npx node --conditions=minimand-source examples/preference-policy.ts [PAIRS.jsonl]
 *
 * Lines of a file of pairs: {"prompt": "...", "chosen": "...", "rejected": "..."}
 */
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultDevice, init, numpy as np } from "@jax-js/jax";
import {
  cachedLogits,
  causalTransformer,
  generate,
  type WordTokenizer,
  wordTokenizer,
} from "@minimand/lab/language";
import {
  adam,
  crossEntropy,
  dpoLoss,
  fit,
  type Layer,
  minibatches,
  objectiveOf,
  type ReferenceLogps,
  responsePairs,
  rpoLoss,
  sequencePolicy,
  supervised,
  type TokenPair,
  tensorsOf,
  trainPreference,
  type Variables,
  writeSafetensors,
} from "minimand";
import { disposeTree, keyOf, type Tree } from "minimand/engine";
import { readSafetensors, treeOf } from "minimand/models";
import { type PreferenceLoss, referenceLogps } from "minimand/training";

/** A question and two answers. */
export interface Pair {
  prompt: string;
  chosen: string;
  rejected: string;
}

/** What came of one loss. */
export interface TrainedPolicy {
  /** Of the last batches: pairs whose chosen answer gained more than the other one, and log-ratio of the chosen ones. */
  accuracy: number;
  chosenLogRatio: number;
  /** Answers to unseen questions. */
  answers: string[];
}

export interface PreferencePolicyResult {
  /** Answers of the model before any preference. */
  before: string[];
  dpo: TrainedPolicy;
  rpo: TrainedPolicy;
  /** Whether the reference was there from an earlier run. */
  stored: boolean;
}

const losses: Record<"dpo" | "rpo", PreferenceLoss> = {
  dpo: (pairs, { weights }) => dpoLoss(pairs, { weights, beta: 0.1 }),
  rpo: (pairs, { weights }) => rpoLoss(pairs, { weights, beta: 0.1, eta: 1 }),
};

export async function preferencePolicy({
  pairs = ownPairs(),
  questions = unseenQuestions(),
  folder,
  firstSteps = 200,
  steps = 60,
}: {
  pairs?: readonly Pair[];
  questions?: readonly string[];
  /** Where the reference and the policies are kept. */
  folder: string;
  firstSteps?: number;
  steps?: number;
}): Promise<PreferencePolicyResult> {
  const tokenizer = wordTokenizer(
    pairs.flatMap(({ prompt, chosen, rejected }) => [prompt, chosen, rejected]),
  );
  const tokens: TokenPair[] = pairs.map(({ prompt, chosen, rejected }) => ({
    prompt: [tokenizer.start, ...tokenizer.encode(prompt)],
    chosen: [...tokenizer.encode(chosen), tokenizer.end],
    rejected: [...tokenizer.encode(rejected), tokenizer.end],
  }));
  const vocabulary = tokenizer.tokens.length;
  const examples = responsePairs(tokens, { vocabulary });
  const length = examples.shape[1];
  const never = [tokenizer.unknown, tokenizer.start];
  const model = causalTransformer({ vocabulary, length, size: 32, heads: 2, never });
  const { params: first, state } = await learnedFrom(model, tokens, length, firstSteps);
  const answer = answering(model, tokenizer, questions, length);
  const before = await answer(first);

  // Of no use for another model: whoever trains that one anew computes the reference anew.
  const file = join(folder, "reference.json");
  const stored = existsSync(file);
  const logps = sequencePolicy(model, state);
  const reference: ReferenceLogps = stored
    ? JSON.parse(await readFile(file, "utf8"), (_, value) =>
        Array.isArray(value) ? Float32Array.from(value) : value,
      )
    : await referenceLogps({ logps, params: first, examples });
  await writeFile(
    file,
    JSON.stringify(reference, (_, value) => (value instanceof Float32Array ? [...value] : value)),
  );

  const train = async (name: "dpo" | "rpo"): Promise<TrainedPolicy> => {
    let [accuracy, chosenLogRatio] = [0, 0];
    const { params } = await trainPreference({
      logps,
      params: first,
      examples,
      reference,
      steps,
      size: 16,
      seed: 1,
      loss: losses[name],
      optimizer: adam(1e-3),
      onMetrics(metrics) {
        // The last five steps or so.
        accuracy += 0.2 * (metrics.accuracy - accuracy);
        chosenLogRatio += 0.2 * (metrics.chosenLogRatio - chosenLogRatio);
      },
    });
    const path = join(folder, `${name}.safetensors`);
    await writeFile(path, writeSafetensors(await tensorsOf(params)));
    disposeTree(params);
    const read = treeOf(readSafetensors(await readFile(path)).tensors, first);
    const answers = await answer(read);
    disposeTree(read);
    return { accuracy, chosenLogRatio, answers };
  };
  const result = { before, dpo: await train("dpo"), rpo: await train("rpo"), stored };
  disposeTree([first, state]);
  answer.dispose();
  return result;
}

/** A model that has learned to write all the answers, the chosen and the rejected ones. */
async function learnedFrom(
  model: Layer,
  pairs: readonly TokenPair[],
  length: number,
  steps: number,
): Promise<Variables> {
  const texts = pairs.flatMap(({ prompt, chosen, rejected }) =>
    [chosen, rejected].map((response) => ({ text: [...prompt, ...response], from: prompt.length })),
  );
  const x = new Int32Array(texts.length * length);
  // The next token at each place of an answer, counted from 1; 0 where nothing is learned.
  const y = new Float32Array(texts.length * length);
  texts.forEach(({ text, from }, i) => {
    x.set(text, i * length);
    for (let t = from; t < text.length; t++) y[i * length + t - 1] = 1 + text[t];
  });
  const step = supervised({
    model,
    objective: objectiveOf(model, (logits, targets) => {
      const next = targets.reshape([-1]);
      const weights = np.minimum(next.ref, 1);
      const labels = np.maximum(next.sub(1), 0).astype(np.int32);
      const flat = logits.reshape([-1, logits.shape[2]]);
      const total = weights.ref.sum();
      return crossEntropy(flat, labels, { weights }).sum().div(total);
    }),
    optimizer: adam(3e-3),
  });
  const data = minibatches({ x, y, shape: [length], targetShape: [length] }, { size: 16, seed: 1 });
  const batches = (function* () {
    for (let epoch = 0; ; epoch++) yield* data.epoch(epoch);
  })();
  // biome-ignore lint/suspicious/noFocusedTests: it trains
  const state = await fit({ step, state: step.init(keyOf(1)), batches: batches.take(steps) });
  step.dispose();
  disposeTree(state.optimizer);
  return { params: state.params, state: state.modelState };
}

/** How a model answers some questions; the same random numbers for each model. */
function answering(
  model: ReturnType<typeof causalTransformer>,
  tokenizer: WordTokenizer,
  questions: readonly string[],
  length: number,
): ((params: Tree) => Promise<string[]>) & { dispose(): void } {
  const prompts = questions.map((question) => [tokenizer.start, ...tokenizer.encode(question)]);
  const longest = Math.max(...prompts.map((prompt) => prompt.length));
  const made: { dispose(): void }[] = [];
  const answer = async (params: Tree): Promise<string[]> => {
    const next = cachedLogits(model, params, { length, rows: prompts.length });
    made.push(next);
    const { end } = tokenizer;
    const drawn = await generate({ next, prompts, tokens: length - longest, temperature: 0.7, end, seed: 1 });
    return drawn.map((ids) => tokenizer.decode(ids));
  };
  return Object.assign(answer, {
    dispose() {
      for (const each of made) each.dispose();
    },
  });
}

const [things, ask] = [
  ["order", "parcel", "refund", "invoice", "voucher", "repair"],
  [
    (thing: string) => `where is my ${thing}?`,
    (thing: string) => `when do i get the ${thing}?`,
    (thing: string) => `what about my ${thing}?`,
    (thing: string) => `i wait for the ${thing}.`,
  ],
];
const isUnseen = (question: number, thing: number): boolean => (question + 2 * thing) % 6 === 0;

/** What a shop might have: answers that customers liked, and answers that they didn't. */
export function ownPairs(): Pair[] {
  return things.flatMap((thing, i) =>
    ask.flatMap((question, j) => {
      const [prompt, kind, rude] = [question(thing), (i + j) % 2, (i + 2 * j) % 3];
      if (isUnseen(j, i)) return [];
      const chosen = [
        `thank you for asking. your ${thing} is on its way.`,
        `thank you for your patience. we will send the ${thing} today.`,
      ][kind];
      const rejected = [
        `look for the ${thing} yourself.`,
        `no idea where the ${thing} is.`,
        `ask somebody else about your ${thing}, we are busy.`,
      ][rude];
      return [{ prompt, chosen, rejected }];
    }),
  );
}

/** Questions that are in no pair. */
export function unseenQuestions(): string[] {
  return things.flatMap((thing, i) =>
    ask.filter((_, j) => isUnseen(j, i)).map((question) => question(thing)),
  );
}

if (import.meta.main) {
  await init("wasm");
  defaultDevice("wasm");
  const [path] = process.argv.slice(2);
  const folder = await mkdtemp(join(tmpdir(), "minimand-policy-"));
  const own = path === undefined ? undefined : (await readFile(path, "utf8")).trim().split("\n");
  const pairs = own?.map((line) => JSON.parse(line) as Pair);
  const questions = pairs?.slice(0, 5).map(({ prompt }) => prompt);
  const { before, dpo, rpo } = await preferencePolicy({
    folder,
    ...(pairs && { pairs }),
    ...(questions && { questions }),
  });
  const show = (title: string, answers: string[]) => {
    console.log(title);
    (questions ?? unseenQuestions()).forEach((question, i) => {
      console.log(`    ${question}  ${answers[i]}`);
    });
  };
  show("before", before);
  for (const [name, { accuracy, chosenLogRatio, answers }] of Object.entries({ DPO: dpo, RPO: rpo }))
    show(
      `${name}: ${(100 * accuracy).toFixed(0)} % of pairs right, log-ratio of chosen answers ${chosenLogRatio.toFixed(2)}`,
      answers,
    );
  await rm(folder, { recursive: true });
}
