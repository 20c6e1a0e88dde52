import { wordTokenizer } from "@minimand/lab/language";
import { cleanPrompt, promptExamples, trainPromptRefiner } from "@minimand/lab/prompts";
import { adam, chain } from "minimand";
import { type Compile, derive, disposeTree, randomSource, shuffle, textLines } from "minimand/engine";
import { clipByGlobalNorm, cosineSchedule } from "minimand/optimizers";
import { UsageError } from "../../failure.ts";
import { modelsOf, type Refiner, type RefinerShape, startOf } from "./refiner.ts";

/** Prompts of the user's, cleaned. */
export interface OwnPrompts {
  prompts: string[];
  /** Lines that came before, but for case and punctuation. */
  repeated: number;
}

/** With fewer there is nothing to learn from. */
const fewest = 20;
/** Most words of a vocabulary; others are copied through. */
const mostWords = 4000;
/** Most tokens of a prompt, as text encoders of image models take them. */
const mostTokens = 77;
const size = 48;

/**
 * The prompts of a text file in UTF-8 (or UTF-16 with a byte order mark), one per line; empty lines are left out.
 *
 * @throws UsageError for other bytes, and for fewer than 20 different prompts of at least two words
 */
export function readPrompts(bytes: Uint8Array, source: string): OwnPrompts {
  const different = new Set<string>();
  let count = 0;
  for (const { text } of textLines(textOf(bytes, source))) {
    if (text === "") continue;
    const line = cleanPrompt(text);
    if (!/\S[\s,]+\S/.test(line)) continue;
    different.add(line);
    count++;
  }
  const prompts = [...different];
  if (prompts.length >= fewest) return { prompts, repeated: count - prompts.length };
  throw new UsageError(
    `--prompts ${source}: expected at least ${fewest} different prompts of two words or more, one a line, got ${prompts.length}`,
  );
}

function textOf(bytes: Uint8Array, source: string): string {
  const [a, b] = bytes;
  const encoding = a === 0xff && b === 0xfe ? "utf-16le" : a === 0xfe && b === 0xff ? "utf-16be" : "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(
      `--prompts ${source}: expected a text in UTF-8, got other bytes: save the file as UTF-8`,
    );
  }
}

/**
 * A prompt in short, as somebody might have begun it: the words before the first comma, or some of them.
 *
 * @returns at most `most` words, always fewer than the prompt has
 */
export function shortened(prompt: string, most: number): string {
  const all = prompt.split(/[\s,]+/).filter((word) => word !== "");
  const head = prompt
    .split(",", 1)[0]
    .split(" ")
    .filter((word) => word !== "");
  const words = head.length === 0 ? all : head;
  return words.slice(0, Math.max(1, Math.min(most, all.length - 1))).join(" ");
}

/** Words of the three lengths in short, as in the paper's data. */
const lengths = [3, 6, 12] as const;

/** How a refiner of the user's own prompts is trained. */
export interface OwnTraining {
  steps: number;
  seed: number;
  compile: Compile | undefined;
  signal: AbortSignal;
  /** Told the steps that are done. */
  onStep(done: number): void;
}

/**
 * Trains a refiner on prompts alone: short forms of them, and themselves. There is no image model whose gradient could help, so the
 * loss is that of the words; encoder, adapter and decoder all learn.
 *
 * @returns the refiner, the loss it ended with in nats a word, prompts that were cut, and warnings
 */
export async function trainOwnRefiner(
  { prompts }: OwnPrompts,
  { steps, seed, compile, signal, onStep }: OwnTraining,
): Promise<{ refiner: Refiner; loss: number; cut: number; warnings: string[] }> {
  const { tokens } = wordTokenizer(prompts, { words: mostWords });
  const longest = prompts.reduce(
    (most, prompt) => Math.max(most, (prompt.match(/,|[^\s,]+/g) ?? []).length),
    0,
  );
  const shape: RefinerShape = { tokens, length: Math.min(mostTokens, longest + 2), size, vectors: 4 };
  const { tokenizer, ...models } = modelsOf(shape);
  const pairs = prompts.flatMap((fine) =>
    lengths.map((most) => ({ coarse: shortened(fine, Math.min(most, shape.length - 2)), fine })),
  );
  const known = pairs.filter(({ coarse }) => tokenizer.encode(coarse).some((id) => id !== tokenizer.unknown));
  const { examples, cut } = promptExamples({
    tokenizer,
    length: shape.length,
    coarse: known.map(({ coarse }) => coarse),
    fine: known.map(({ fine }) => fine),
  });
  const params = startOf(shape, seed);
  let done = 0;
  try {
    const trained = await trainPromptRefiner({
      ...models,
      params,
      examples,
      end: tokenizer.end,
      trainDecoder: true,
      textGamma: 1,
      steps,
      seed,
      signal,
      optimizer: chain(clipByGlobalNorm(1), adam(cosineSchedule(3e-3, steps))),
      size: 32,
      ...(compile !== undefined && { compile }),
      onMetrics: () => onStep(++done),
    });
    const { last, warnings } = trained;
    return {
      refiner: { ...shape, params: trained.params },
      loss: last.text,
      cut: Math.round(cut / lengths.length),
      warnings,
    };
  } finally {
    disposeTree(params);
  }
}

/** Short forms of some of the prompts, to be rewritten where the user gives none. */
export function shortPrompts({ prompts }: OwnPrompts, count: number, seed: number): string[] {
  const short = [...new Set(prompts.map((prompt) => shortened(prompt, lengths[1])))];
  const order = shuffle([...short.keys()], randomSource(derive(seed, 4)));
  return order.slice(0, count).map((i) => short[i]);
}
