import { crossEntropy } from "minimand";
import { derive, randomSource, type Tree } from "minimand/engine";
import { infoNceLoss } from "minimand/losses";
import type { Task } from "../../../kit/train-task.ts";
import { type Latents, type Picture, type PromptTokenizer, promptLength } from "../interfaces.ts";
import { classifier, contrastiveModel } from "../models/picture-judge.ts";
import { colours, pictureSize, shapes, subjectOfPrompt } from "../world/index.ts";
import type { Pair } from "./pairs.ts";

const rows = 64;

/** Pictures as they are, and every second time as the latents have them: what is generated comes out of latents. */
function eitherWay(pictures: readonly Picture[], latents: Latents) {
  const decoded = latents.decode(latents.encode(pictures));
  return (pair: number, random: number): Picture => (random < 0.5 ? pictures : decoded)[pair];
}

/** What the tasks of the judges are made of. */
interface Material {
  pairs: readonly Pair[];
  latents: Latents;
  tokenizer: PromptTokenizer;
  seed: number;
}

/** Shape and colour that a picture's prompt asks for, where it says both. */
export function classifierTask({ pairs, latents, seed }: Omit<Material, "tokenizer">): Task {
  const names = Object.keys(colours);
  const named = pairs.flatMap(({ prompt, picture }) => {
    const { shape, colour } = subjectOfPrompt(prompt);
    if (shape === null || colour === null) return [];
    return [{ picture, labels: [shapes.indexOf(shape), names.indexOf(colour)] }];
  });
  const pictureOf = eitherWay(
    named.map(({ picture }) => picture),
    latents,
  );
  return {
    rows,
    learningRate: 2e-3,
    init: classifier.init,
    loss(params, x, y) {
      const { shape, colour } = classifier.logits(params, x);
      const label = (k: number) => y.ref.slice([], k);
      const both = crossEntropy(shape, label(0)).add(crossEntropy(colour, label(1)));
      y.dispose();
      return both.mean();
    },
    batch(step) {
      const next = randomSource(derive(seed, step));
      const x = new Float32Array(rows * pictureSize);
      const y = new Int32Array(rows * 2);
      for (let row = 0; row < rows; row++) {
        const pair = Math.floor(next() * named.length);
        x.set(pictureOf(pair, next()), row * pictureSize);
        y.set(named[pair].labels, row * 2);
      }
      return { x: { data: x, shape: [pictureSize] }, y: { data: y, shape: [2] } };
    },
  };
}

/** InfoNCE of texts and their pictures, both ways. */
export function contrastiveTask({ pairs, latents, tokenizer, seed }: Material): Task {
  const model = contrastiveModel(tokenizer.words.tokens.length);
  const { ids } = tokenizer.encode(pairs.map(({ prompt }) => prompt));
  const pictureOf = eitherWay(
    pairs.map(({ picture }) => picture),
    latents,
  );
  return {
    rows,
    learningRate: 2e-3,
    init: model.init,
    loss(params, tokens, x) {
      const own = params as { text: Tree; picture: Tree };
      const text = model.text({ text: own.text }, tokens);
      const picture = model.picture({ picture: own.picture }, x);
      const both = infoNceLoss(text.ref, picture.ref).add(infoNceLoss(picture, text));
      return both.mean().mul(0.5);
    },
    batch(step) {
      const next = randomSource(derive(seed, step));
      const tokens = new Int32Array(rows * promptLength);
      const x = new Float32Array(rows * pictureSize);
      for (let row = 0; row < rows; row++) {
        const pair = Math.floor(next() * pairs.length);
        tokens.set(ids.subarray(pair * promptLength, (pair + 1) * promptLength), row * promptLength);
        x.set(pictureOf(pair, next()), row * pictureSize);
      }
      return { x: { data: tokens, shape: [promptLength] }, y: { data: x, shape: [pictureSize] } };
    },
  };
}
