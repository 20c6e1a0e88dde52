/** A number of a trial's result, and what it is called there. */
export interface Named {
  name: string;
  value: number;
}

/** What is measured, as papers call it. */
const measured =
  /accura|regret|error|score|reward|mse|auc|mrr|tar$|risk|gap|frechet|psnr|loss|objective|iterations|violation|clean|compatible/i;

/** What costs, and what was chosen before. */
const besides =
  /second|time|seed|size|classes|count|rounds|epoch|^steps?$|bytes|positions|shown|fraction|rate$|^[mn]$/i;

/**
 * Returns the number that a paper's own words give a trial, as `seed 3: score 0.59 after 2 s`; by what it is called there, or in the
 * result.
 *
 * @param message of the progress
 * @returns null where the words have none
 *
 * @example
 * saidNumber("lion, seed 0: 0.831", { accuracy: 0.8308 }); // { name: "accuracy", value: 0.831 }
 */
export function saidNumber(message: string, result: unknown): Named | null {
  const found = /\bseed \d+: ([^\d]*?) ?(-?\d+(?:\.(\d+))?)(?: (?!after\b)(%|[a-z]+))?/.exec(message);
  if (found === null) return null;
  const [, before, text, decimals = "", unit] = found;
  const called = before.replace(/(?<![\s,])[\s,]+$/, "") || unit;
  if (called !== undefined && called !== "%") return { name: called, value: Number(text) };
  const times = called === "%" ? 100 : 1;
  const own = [...numbersOf(result, [])].find(
    ({ value }) => (times * value).toFixed(decimals.length) === text,
  );
  return { name: `${own?.name ?? "result"}${times === 1 ? "" : ", %"}`, value: Number(text) };
}

/**
 * Returns a number that says how a trial went: the first that is called like something that is measured, else the first one; of lists the
 * last. Times aren't looked at, nor what wasn't measured.
 *
 * @param result of a trial, plain JSON
 * @returns null where there is none
 *
 * @example
 * firstNumber({ part: "bandit", seconds: 3, regret: [2, 5, 9] }); // { name: "regret", value: 9 }
 */
export function firstNumber(result: unknown): Named | null {
  const all = [...numbersOf(result, [])];
  return all.find(({ name }) => measured.test(name)) ?? all[0] ?? null;
}

function* numbersOf(value: unknown, path: readonly string[]): Generator<Named> {
  if (typeof value === "number") {
    if (Number.isFinite(value)) yield { name: path.join(" ") || "result", value };
  } else if (Array.isArray(value)) {
    if (value.length > 0) yield* numbersOf(value[value.length - 1], path);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, part] of Object.entries(value))
      if (!besides.test(key)) yield* numbersOf(part, [...path, key]);
  }
}
