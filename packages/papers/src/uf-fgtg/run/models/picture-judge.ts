import { numpy as np, random } from "@jax-js/jax";
import { dense, type Layer, sequential, type Variables } from "minimand";
import { type Compile, compileWithJit, refTree, softmax, type Tree, unitNorm } from "minimand/engine";
import { conv2d, embedding, flatten, maxPool, relu } from "minimand/models";
import { type Frozen, featureSize, type Picture, type PictureJudge, promptLength } from "../interfaces.ts";
import { pictureSize, side } from "../world/render.ts";
import { colours, shapes } from "../world/subjects.ts";

const shapeCount = shapes.length;
const colourCount = Object.keys(colours).length;

/** A small convolutional network on pictures `[batch, 768]`. */
function pictureNet(outputs: number): Layer {
  return sequential([
    (x) => x.reshape([x.shape[0], side, side, 3]),
    conv2d({ inputs: 3, outputs: 12, kernel: 3, padding: "same" }),
    relu,
    maxPool({ size: 2 }),
    conv2d({ inputs: 12, outputs: 24, kernel: 3, padding: "same" }),
    relu,
    maxPool({ size: 2 }),
    flatten(),
    dense({ inputs: 24 * (side / 4) ** 2, outputs: 64, initial: "he" }),
    relu,
    dense({ inputs: 64, outputs }),
  ]);
}

const still = { training: false };

/** Logits of shape and colour, `[batch, 8]` and `[batch, 12]`, of pictures `[batch, 768]`. */
export const classifier = {
  net: pictureNet(shapeCount + colourCount),
  init: (key: np.Array): Tree => classifier.net.init(key) as unknown as Tree,
  logits(params: Tree, pictures: np.Array): { shape: np.Array; colour: np.Array } {
    const [both] = classifier.net.apply(params as unknown as Variables, pictures, still);
    const shape = both.ref.slice([], [0, shapeCount]);
    return { shape, colour: both.slice([], [shapeCount, shapeCount + colourCount]) };
  },
};

/** Vectors of texts `[batch, 20]` and pictures, `[batch, 32]` each, of length 1. The text is the bag of its words. */
export function contrastiveModel(vocabulary: number) {
  const hidden = 2 * featureSize;
  const textNet = sequential([
    embedding({ vocabulary, size: featureSize }),
    (x) => x.mean(1),
    dense({ inputs: featureSize, outputs: hidden, initial: "he" }),
    relu,
    dense({ inputs: hidden, outputs: featureSize }),
  ]);
  const pictures = pictureNet(featureSize);
  type Params = { text: Variables; picture: Variables };
  const of = (params: Tree) => params as unknown as Params;
  return {
    init(key: np.Array): Tree {
      const [forText, forPicture] = [...random.split(key)];
      return { text: textNet.init(forText), picture: pictures.init(forPicture) } as unknown as Tree;
    },
    text: (params: Tree, tokens: np.Array): np.Array =>
      unitNorm(textNet.apply(of(params).text, tokens, still)[0], -1),
    picture: (params: Tree, x: np.Array): np.Array =>
      unitNorm(pictures.apply(of(params).picture, x, still)[0], -1),
  };
}

/** Rows of a call of a program. */
const rows = 64;

/** Classifier and contrastive embedding as compiled programs. Keeps the frozen models. */
export function pictureJudge(
  { tokenizer, params }: Pick<Frozen, "tokenizer" | "params">,
  { compile = compileWithJit }: { compile?: Compile } = {},
): PictureJudge {
  const contrastive = contrastiveModel(tokenizer.words.tokens.length);
  const { text: ofText, picture: ofPicture } = params.contrastive as { text: Tree; picture: Tree };
  const probabilities = compile((own: Tree, x: np.Array): np.Array => {
    const { shape, colour } = classifier.logits(own, x);
    return np.concatenate([softmax(shape), softmax(colour)], -1);
  });
  const textVectors = compile((own: Tree, x: np.Array): np.Array => contrastive.text({ text: own }, x));
  const pictureVectors = compile(
    (own: Tree, x: np.Array): np.Array => contrastive.picture({ picture: own }, x),
  );

  /** What a program gives for each of some items, as many at a time as it takes. */
  async function each<T>(
    items: readonly T[],
    program: (own: Tree, x: np.Array) => np.Array,
    own: Tree,
    arrayOf: (items: readonly T[]) => np.Array,
  ): Promise<Float32Array[]> {
    const found: Float32Array[] = [];
    for (let from = 0; from < items.length; from += rows) {
      const some = items.slice(from, from + rows);
      const values = (await program(refTree(own), arrayOf(some)).data()) as Float32Array;
      const width = values.length / rows;
      found.push(...some.map((_, i) => values.slice(i * width, (i + 1) * width)));
    }
    return found;
  }
  const stacked = (pictures: readonly Picture[]): np.Array => {
    const all = new Float32Array(rows * pictureSize);
    for (const [i, picture] of pictures.entries()) all.set(picture, i * pictureSize);
    return np.array(all, { shape: [rows, pictureSize] });
  };
  const encoded = (prompts: readonly string[]): np.Array => {
    const { ids } = tokenizer.encode([...prompts, ...Array<string>(rows - prompts.length).fill("")]);
    return np.array(ids, { shape: [rows, promptLength] });
  };

  return {
    async classify(pictures) {
      const both = await each(pictures, probabilities, params.classifier, stacked);
      return {
        shape: both.map((p) => p.slice(0, shapeCount)),
        colour: both.map((p) => p.slice(shapeCount)),
      };
    },
    embedTexts: (prompts) => each(prompts, textVectors, ofText, encoded),
    embedPictures: (pictures) => each(pictures, pictureVectors, ofPicture, stacked),
    dispose() {
      for (const program of [probabilities, textVectors, pictureVectors]) program.dispose();
    },
  };
}
