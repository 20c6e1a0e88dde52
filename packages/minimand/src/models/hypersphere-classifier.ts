import type { numpy as np } from "@jax-js/jax";
import { checkFloatArray, checkNumber, rangeError, typeError } from "../engine/checks.ts";
import { classPrototype, directionOf, type Rows, rowsOf } from "./hypersphere.ts";
import { checkHypersphereData, type HypersphereData } from "./hypersphere-data.ts";

/** From inputs to embeddings `[n, features]`; consumes the inputs. Usually a {@link predictor} of the trained body. */
export type Embed = (x: np.Array) => np.Array;

/**
 * A classifier of directions that takes in new classes without any training: the direction of a class is the normalised mean
 * of the normalised embeddings of a few examples.
 *
 * `logit_j = scale cos(f(x), w_j)`, less `novelBias` for classes that were added.
 *
 * Class ids are 0, 1, ... in the order of addition; the names are in `classNames`. Prototypes lie closer to examples than
 * trained directions do, so classes added next to trained ones draw examples from them: see {@link recenter} and
 * {@link chooseNovelBias}, and report old and new classes apart. Probabilities over added classes are not calibrated.
 *
 * All methods that embed are asynchronous and consume the inputs. A call that throws leaves the classifier as it was.
 *
 * @example
 * const predict = predictor(body)
 * const classifier = await HypersphereClassifier.fromCenters((x) => predict(params.body, {}, x), params.centers.ref, { classNames })
 * await classifier.addClass("nine", fiveExamples)
 * @see Pereira et al. 2021, arXiv 2102.03243, section 3; `recenter`, `novelBias` and `rejectBelow` are additions of this library
 */
export class HypersphereClassifier {
  readonly #embed: Embed;
  #data: HypersphereData;

  /**
   * A classifier from what {@link save} gave.
   *
   * @throws TypeError, RangeError for data of another format, directions of unequal length or not of unit norm, names that
   * are missing or not unique, settings outside their ranges
   */
  constructor(embed: Embed, data: HypersphereData) {
    if (typeof embed !== "function") throw typeError("embed", "a function from inputs to embeddings", embed);
    checkHypersphereData(data);
    this.#embed = embed;
    this.#data = structuredClone(data);
  }

  /**
   * A classifier from trained centres.
   *
   * @param embed see {@link Embed}; it must be the body that the centres were trained with
   * @param centers float `[features, classes]`, of any norms but 0. Consumed
   * @param options `classNames`, default "0", "1", ...; `scale > 0` of the logits, default 16
   * @throws TypeError, RangeError for centres that are not a matrix, zero or not finite; names that don't match
   */
  static async fromCenters(
    embed: Embed,
    centers: np.Array,
    { classNames, scale = 16 }: { classNames?: readonly string[]; scale?: number } = {},
  ): Promise<HypersphereClassifier> {
    checkFloatArray("centers", centers, 2, "[features, classes]");
    const [features, classes] = centers.shape;
    const values = (await centers.data()) as ArrayLike<number>;
    const directions = Array.from({ length: classes }, (_, j) =>
      directionOf(
        Array.from({ length: features }, (_, k) => values[k * classes + j]),
        `centers, column ${j}`,
      ),
    );
    return new HypersphereClassifier(embed, {
      format: "minimand.hypersphere/1",
      classNames: classNames === undefined ? directions.map((_, j) => String(j)) : [...classNames],
      directions,
      trainedClasses: classes,
      scale,
      novelBias: 0,
      minimalCosine: null,
    });
  }

  /** Names by class id. */
  get classNames(): readonly string[] {
    return [...this.#data.classNames];
  }

  /** The first so many classes were trained. */
  get trainedClasses(): number {
    return this.#data.trainedClasses;
  }

  /**
   * Adds one class. The logits of all others stay as they are, to the last bit.
   *
   * @param name of the class, not yet used
   * @param support examples of the class, `[examples, ...]`, one or more
   * @throws RangeError for a name in use, no examples, embeddings of another length, a zero embedding, or a mean of embeddings
   * that is zero (opposite embeddings have no common direction)
   */
  async addClass(name: string, support: np.Array): Promise<this> {
    const rows = await this.#embedded(support);
    const direction = classPrototype(rows, `support of ${JSON.stringify(name)}`);
    const { classNames, directions } = this.#data;
    this.#become({
      ...this.#data,
      classNames: [...classNames, name],
      directions: [...directions, direction],
    });
    return this;
  }

  /**
   * A classifier of other classes altogether with the same body (the disjoint scenario): only those given, all of them added.
   *
   * @param supports class name to examples `[examples, ...]`, at least one class
   * @throws RangeError as {@link addClass}, and for no class
   */
  async newTask(supports: Readonly<Record<string, np.Array>>): Promise<HypersphereClassifier> {
    const classNames = Object.keys(supports);
    if (classNames.length === 0) throw rangeError("supports", "at least one class", "none");
    const directions: number[][] = [];
    for (const name of classNames)
      directions.push(
        classPrototype(await this.#embedded(supports[name]), `support of ${JSON.stringify(name)}`),
      );
    return new HypersphereClassifier(this.#embed, {
      ...this.#data,
      classNames,
      directions,
      trainedClasses: 0,
      novelBias: 0,
      minimalCosine: null,
    });
  }

  /**
   * Replaces the trained directions by class means of training examples too, so that old and added classes compete on equal
   * terms.
   *
   * @param x training examples, `[n, ...]`
   * @param labels their class ids, each trained class at least once
   * @throws RangeError for lengths that don't match, ids that are not of trained classes, a class without examples
   */
  async recenter(x: np.Array, labels: ArrayLike<number>): Promise<this> {
    const rows = await this.#embedded(x);
    checkRowLabels(labels, rows.count, this.trainedClasses);
    const directions = this.#data.directions.map((direction, id) => {
      if (id >= this.trainedClasses) return direction;
      const own = rows.vectors.filter((_, i) => labels[i] === id);
      if (own.length === 0)
        throw rangeError("labels", "examples of every trained class", `none of class ${id}`);
      return classPrototype({ ...rows, vectors: own, count: own.length }, `class ${id}`);
    });
    this.#become({ ...this.#data, directions });
    return this;
  }

  /**
   * Subtracts a number from the logits of all added classes.
   *
   * @throws TypeError, RangeError for a bias that is not a finite number
   */
  setNovelBias(bias: number): this {
    checkNumber("bias", bias);
    this.#become({ ...this.#data, novelBias: bias });
    return this;
  }

  /**
   * Sets the least bias, of either sign, with which the added classes take at most a share of `1 - keep` of the held-out
   * examples that the trained classes alone get right.
   *
   * @param x held-out examples of trained classes, `[n, ...]`
   * @param labels their class ids
   * @param options `keep` in [0, 1], default 0.95
   * @throws RangeError for lengths that don't match, ids that are not of trained classes, no trained or no added class
   */
  async chooseNovelBias(
    x: np.Array,
    labels: ArrayLike<number>,
    { keep = 0.95 }: { keep?: number } = {},
  ): Promise<this> {
    checkNumber("keep", keep, { min: 0, max: 1 });
    const { trainedClasses, scale, directions } = this.#data;
    if (trainedClasses === 0 || trainedClasses === directions.length)
      throw rangeError(
        "classes",
        "trained and added ones",
        `${trainedClasses} trained of ${directions.length}`,
      );
    const rows = await this.#embedded(x);
    checkRowLabels(labels, rows.count, trainedClasses);
    const leads: number[] = [];
    for (let i = 0; i < rows.count; i++) {
      const cosines = this.#cosines(rows.vectors[i]);
      const old = cosines.slice(0, trainedClasses);
      const best = Math.max(...old);
      if (old.indexOf(best) === labels[i])
        leads.push(scale * (Math.max(...cosines.slice(trainedClasses)) - best));
    }
    if (leads.length === 0) throw rangeError("x", "an example that the trained classes get right", "none");
    leads.sort((a, b) => a - b);
    const kept = Math.ceil(keep * leads.length - 1e-9);
    // At a tie the class of the lower id wins, which is the trained one.
    return this.setNovelBias(leads[Math.max(0, kept - 1)]);
  }

  /**
   * Rejects inputs whose largest cosine is below a threshold; `null` rejects none.
   *
   * @throws TypeError, RangeError for a number outside [-1, 1]
   */
  rejectBelow(cosine: number | null): this {
    if (cosine !== null) checkNumber("cosine", cosine, { min: -1, max: 1 });
    this.#become({ ...this.#data, minimalCosine: cosine });
    return this;
  }

  /** Logits, `n * classes` numbers row by row. */
  async logits(x: np.Array): Promise<Float64Array> {
    const { scale, trainedClasses, novelBias, directions } = this.#data;
    const rows = await this.#embedded(x);
    const out = new Float64Array(rows.count * directions.length);
    rows.vectors.forEach((vector, i) => {
      const own = this.#cosines(vector).map((c, j) =>
        j < trainedClasses ? scale * c : scale * c - novelBias,
      );
      out.set(own, i * directions.length);
    });
    return out;
  }

  /** Softmax of the logits, `n * classes` numbers row by row. Not calibrated where classes were added. */
  async predictProba(x: np.Array): Promise<Float64Array> {
    const logits = await this.logits(x);
    const classes = this.#data.directions.length;
    for (let start = 0; start < logits.length; start += classes) {
      const row = logits.subarray(start, start + classes);
      const max = Math.max(...row);
      let sum = 0;
      row.forEach((z, j) => {
        row[j] = Math.exp(z - max);
        sum += row[j];
      });
      row.forEach((e, j) => {
        row[j] = e / sum;
      });
    }
    return logits;
  }

  /** Class ids `[n]`; -1 for inputs that are rejected. */
  async predict(x: np.Array): Promise<Int32Array> {
    return (await this.recognize(x)).ids;
  }

  /** Class ids `[n]` with the largest cosine of each input, the score by which it is rejected (id -1). */
  async recognize(x: np.Array): Promise<{ ids: Int32Array; cosines: Float64Array }> {
    const { scale, trainedClasses, novelBias, minimalCosine } = this.#data;
    const rows = await this.#embedded(x);
    const ids = new Int32Array(rows.count);
    const largest = new Float64Array(rows.count);
    rows.vectors.forEach((vector, i) => {
      const cosines = this.#cosines(vector);
      const logits = cosines.map((c, j) => (j < trainedClasses ? scale * c : scale * c - novelBias));
      largest[i] = Math.max(...cosines);
      ids[i] =
        minimalCosine !== null && largest[i] < minimalCosine ? -1 : logits.indexOf(Math.max(...logits));
    });
    return { ids, cosines: largest };
  }

  /** Everything but the body, as plain data: `new HypersphereClassifier(embed, JSON.parse(JSON.stringify(saved)))`. */
  save(): HypersphereData {
    return structuredClone(this.#data);
  }

  #become(data: HypersphereData): void {
    checkHypersphereData(data);
    this.#data = data;
  }

  #cosines(vector: readonly number[]): number[] {
    return this.#data.directions.map((direction) => {
      let sum = 0;
      for (let k = 0; k < direction.length; k++) sum += direction[k] * vector[k];
      return sum;
    });
  }

  async #embedded(x: np.Array): Promise<Rows> {
    const embeddings = this.#embed(x);
    checkFloatArray("embeddings", embeddings, 2, "[n, features]");
    const features = this.#data.directions[0].length;
    if (embeddings.shape[1] !== features)
      throw rangeError("embeddings", `${features} features, as many as the directions have`, embeddings);
    const [count] = embeddings.shape;
    return rowsOf((await embeddings.data()) as ArrayLike<number>, count, features);
  }
}

function checkRowLabels(labels: ArrayLike<number>, count: number, classes: number): void {
  if (labels.length !== count) throw rangeError("labels", `${count} class ids`, labels.length);
  for (let i = 0; i < count; i++)
    checkNumber(`labels[${i}]`, labels[i], { min: 0, max: classes - 1, integer: true });
}
