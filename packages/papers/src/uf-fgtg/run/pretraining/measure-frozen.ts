import { derive, randomSource, shuffle } from "minimand/engine";
import { mean } from "../../../kit/statistics.ts";
import type { Row, TrialHost } from "../../../reproduction.ts";
import type { Frozen, Picture, PictureJudge } from "../interfaces.ts";
import { pictureGenerator, pictureJudge } from "../models/index.ts";
import { cfpMini, colours, idleModifiers, modifierWords, shapes, subjectOfPrompt } from "../world/index.ts";

/** Rows among which a text has to find its picture. */
const crowd = 50;

/**
 * Measures the frozen models on prompts that no training saw: how many of the shapes and colours asked for the classifier finds. Pictures are
 * the world's own, the same out of latents, and those generated from fine prompts, from coarse ones, and from subjects with modifiers of no
 * mode. Also measures how often the contrastive embedding finds a fine prompt's picture among fifty.
 */
export async function measureFrozen(
  frozen: Frozen,
  { compile, seed, prompts }: Pick<TrialHost, "compile"> & { seed: number; prompts: number },
): Promise<Row[]> {
  const triplets = cfpMini({ seed: derive(seed, 9), triplets: prompts });
  const pictures = triplets.map(({ picture }) => picture);
  const [fine, coarse] = [triplets.map((one) => one.fine), triplets.map((one) => one.coarse[1])];
  const foreign = triplets.map((one, i) => withRandomModifiers(one.coarse[2], derive(seed, 10, i)));
  const generator = pictureGenerator(frozen, { compile });
  const judge = pictureJudge(frozen, { compile });
  try {
    const decoded = frozen.latents.decode(frozen.latents.encode(pictures));
    const kinds: [string, readonly Picture[]][] = [
      ["of the world", pictures],
      ["out of latents", decoded],
      ["generated, fine prompts", await generator.generate(fine, seed)],
      ["generated, coarse prompts", await generator.generate(coarse, seed)],
      ["generated, random modifiers", await generator.generate(foreign, seed)],
    ];
    const rows: Row[] = [];
    for (const [kind, some] of kinds) rows.push({ pictures: kind, ...(await foundIn(some, fine, judge)) });
    return [
      ...rows,
      { pictures: "of the world, found by text", found: await foundByText(pictures, fine, judge) },
    ];
  } finally {
    generator.dispose();
    judge.dispose();
  }
}

/** Three modifiers that change pictures, whatever the subject is. */
function withRandomModifiers(subject: string, seed: number): string {
  const changing = modifierWords.filter((words) => !idleModifiers.includes(words));
  const order = shuffle(
    changing.map((_, i) => i),
    randomSource(seed),
  );
  return [subject, ...order.slice(0, 3).map((i) => changing[i])].join(", ");
}

/** Shares of the pictures whose shape and colour are those of the prompt, by the classifier. */
async function foundIn(
  pictures: readonly Picture[],
  prompts: readonly string[],
  judge: PictureJudge,
): Promise<{ shape: number; colour: number }> {
  const { shape, colour } = await judge.classify(pictures);
  const names = Object.keys(colours);
  const asked = prompts.map(subjectOfPrompt);
  return {
    shape: mean(asked.map((one, i) => Number(shapes[largest(shape[i])] === one.shape))),
    colour: mean(asked.map((one, i) => Number(names[largest(colour[i])] === one.colour))),
  };
}

async function foundByText(
  pictures: readonly Picture[],
  prompts: readonly string[],
  judge: PictureJudge,
): Promise<number> {
  const [texts, vectors] = [await judge.embedTexts(prompts), await judge.embedPictures(pictures)];
  const hits = texts.map((text, i) => {
    const from = i - (i % crowd);
    const near = vectors.slice(from, from + crowd).map((v) => v.reduce((sum, x, k) => sum + x * text[k], 0));
    return Number(from + largest(near) === i);
  });
  return mean(hits);
}

const largest = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((best, value, i) => (value > values[best] ? i : best), 0);
