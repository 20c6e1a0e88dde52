import { randomSource } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { csv, datasetOf } from "../../../../../test/support/datasets.ts";
import { tableOf } from "../../../../../test/support/tables.ts";
import { encode, encodeTable } from "../encode.ts";
import { fitEncoder, inputNames } from "../encoder.ts";
import { describeFeatures } from "../make-dataset.ts";
import { isFreeText } from "./free-text.ts";
import { firstPair, gramsOf, nGramRuleOf, wordsOf } from "./n-grams.ts";

const rows = (n: number): Int32Array => Int32Array.from({ length: n }, (_, i) => i);

/** Sixty different sentences: those of the even rows have "good" in them, those of the odd ones "bad". */
const sentence = (i: number): string =>
  `The ${["parcel", "order", "phone"][i % 3]} number ${i} was ${i % 2 === 0 ? "good" : "bad"}`;
const notes = Array.from({ length: 60 }, (_, i) => sentence(i));
const y = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? "yes" : "no"));

describe("the words of a text", () => {
  it.each([
    ["Don’t PANIC, Zoë!", ["don't", "panic", "zoë"]],
    ["ﬁne Ｗide 3.5mm", ["fine", "wide", "3", "5mm"]],
    ["e\u0301te\u0301", ["été"]],
    ["很好。good 質", ["很", "好", "good", "質"]],
    ["'quoted' rock'n'roll --", ["quoted", "rock'n'roll"]],
    ["!?", []],
  ])("of %j are %j", (text, words) => expect(wordsOf(text)).toEqual(words));

  it("are the same in a long text, and may have millions of letters", () => {
    const text = "don't 'quote' x'y''z a1 東京tower's ไทย, naïve's ’tis rock'n'roll' ";
    const short = wordsOf(text);
    const many = 20_000;
    expect(wordsOf(text.repeat(many))).toEqual(Array(many).fill(short).flat());
    const long = `${"w".repeat(2_999_999)}'${"v".repeat(2_999_999)}`;
    expect(wordsOf(`a ${long}東 b`)).toEqual(["a", long, "東", "b"]);
  });
});

const threeLetters = "three letters each, fnv1a 15 bits";

describe("hashed n-grams", () => {
  /** FNV-1a of 32 bits by the definition, in whole numbers. */
  const definition = (text: string): number => {
    let hash = 2166136261n;
    for (const byte of Buffer.from(text, "utf16le")) hash = ((hash ^ BigInt(byte)) * 16777619n) % 2n ** 32n;
    return Number((hash ^ (hash >> 16n)) % 32768n);
  };

  it("are the published FNV-1a of UTF-16LE, folded to 15 bits, pairs above words", () => {
    const { starts, buckets, counts } = gramsOf(["good dog Good", ""]);
    expect([...starts]).toEqual([0, 4, 4]);
    const expected = [
      [definition("good"), 2],
      [definition("dog"), 1],
      [firstPair + definition("good dog"), 1],
      [firstPair + definition("dog good"), 1],
    ];
    expect(new Map([...buckets].map((bucket, i) => [bucket, counts[i]]))).toEqual(new Map(expected as []));
  });

  it("never change: kept models depend on these numbers", () => {
    expect([...gramsOf(["a good dog"]).buckets]).toEqual([31584, 26733, 35431, 17806, 46629]);
  });

  it("are three letters each, from the space before a text to the one behind it, by the other rule", () => {
    const { rule, starts, buckets, counts } = gramsOf(["Haha ", "😀\tb", ""], threeLetters);
    expect(rule).toBe(threeLetters);
    const parts = [" ha", "hah", "aha", "ha ", " 😀 ", "😀 b", " b "];
    expect([...buckets]).toEqual(parts.map(definition));
    expect([[...starts], [...counts]]).toEqual([
      [0, 4, 7, 7],
      [1, 1, 1, 1, 1, 1, 1],
    ]);
    expect([...gramsOf(["hahaha"], threeLetters).counts]).toEqual([1, 2, 2, 1]);
  });

  it("are of letters where most texts have no more than a word, in whatever script", () => {
    expect(nGramRuleOf(["good", ":-)", "very good"])).toBe(threeLetters);
    expect(nGramRuleOf(["good", "very good"])).toBe(gramsOf([]).rule);
    expect(nGramRuleOf(["这个产品非常好", "我很喜欢"])).toBe(gramsOf([]).rule);
  });

  it("of many texts are those of each", () => {
    const all = gramsOf(notes);
    for (const [i, text] of notes.entries()) {
      const own = gramsOf([text]);
      const [from, to] = [all.starts[i]!, all.starts[i + 1]!];
      expect(all.buckets.slice(from, to)).toEqual(own.buckets);
      expect(all.counts.slice(from, to)).toEqual(own.counts);
    }
  });

  it("count no higher than a byte goes", () => {
    const { buckets, counts } = gramsOf(["ha ".repeat(1000)]);
    expect([...counts]).toEqual([255, 255]);
    expect(buckets.length).toBe(2);
  });
});

describe("free text", () => {
  const many = (of: (i: number) => string): string[] => Array.from({ length: 100 }, (_, i) => of(i));
  it.each<[string, (i: number) => string, boolean]>([
    ["sentences", sentence, true],
    ["names of three words", (i) => `Braund${i}, Mr. Owen`, true],
    ["Chinese without spaces", (i) => `这个产品非常好我很喜欢${String.fromCodePoint(0x4e00 + i)}`, true],
    ["codes", (i) => `A-${i}-B`, false],
    ["addresses of the net", (i) => `https://shop.example/item/of/the/day/${i}`, false],
    ["names of two words", (i) => `Anna Smith${i}`, false],
    ["numbers with units", (i) => `${i} m 20 cm`, false],
    ["short words without spaces", (i) => `東京${String.fromCodePoint(0x4e00 + i)}`, false],
  ])("is told from other things: %s", (_, of, expected) => {
    expect(isFreeText(many(of), 100)).toBe(expected);
  });

  it("has more than 50 values, and few rows for each", () => {
    expect(isFreeText(many(sentence).slice(0, 51), 51)).toBe(true);
    expect(isFreeText(many(sentence).slice(0, 50), 50)).toBe(false);
    expect(isFreeText(many(sentence), 1999)).toBe(true);
    expect(isFreeText(many(sentence), 2000)).toBe(false);
  });

  it("is found in a column, with the reason and what else there is to do", async () => {
    const dataset = await datasetOf(csv({ note: notes, y }));
    const why = "free text: 60 different ones in 60 rows, most of three words or more";
    expect(describeFeatures(dataset)).toEqual([{ name: "note", kind: "text", why, missing: 0 }]);
    expect(dataset.notes).toContainEqual({
      level: "info",
      column: "note",
      text: `${why}: read as the words that occur in it, and pairs of them; --types note=categorical keeps it whole`,
    });
  });

  it("is what --types says", async () => {
    const words = ["red", "blue", "red", "blue"];
    const given = csv({ c: words, x: ["1", "2", "3", "4"], y: ["u", "v", "u", "v"] });
    const [c, x] = (await datasetOf(given, { types: { c: "text", x: "text" } })).features;
    expect([c!.kind, c!.why, x!.kind]).toEqual(["text", "--types", "text"]);
    const whole = csv({ note: [...notes, notes[0]!], y: [...y, "no"] });
    const [note] = (await datasetOf(whole, { types: { note: "categorical" } })).features;
    expect(note!.kind).toBe("categorical");
  });
});

describe("the inputs of a text", () => {
  const texts = ["good dog", "good good cat", "", "bad dog"];
  const file = csv({ note: texts, x: ["1", "2", "3", "4"], y: ["u", "v", "u", "v"] });
  const options = { types: { note: "text" } } as const;

  it("are the words that more than one training row has, with the length 2, and one for missing", async () => {
    const dataset = await datasetOf(file, options);
    const encoder = fitEncoder(dataset, rows(4));
    const [good, dog] = [gramsOf(["good"]), gramsOf(["dog"])].map(({ buckets }) => buckets[0]!);
    const kept = [good!, dog!].sort((a, b) => a - b);
    expect(encoder.features[0]).toMatchObject({ kind: "text", buckets: kept, missing: true });
    expect(inputNames(encoder).slice(0, 3)).toEqual([
      ...kept.map((bucket) => `note n-gram ${bucket}`),
      "note missing",
    ]);
    const { x, inputs } = encode(encoder, dataset, rows(4));
    const at = (row: number, bucket: number): number => x[row * inputs + kept.indexOf(bucket)]!;
    expect(at(0, good!)).toBeCloseTo(Math.SQRT2, 6);
    expect(at(0, dog!)).toBeCloseTo(Math.SQRT2, 6);
    // "cat" has one row, so it has no input and no weight.
    expect([at(1, good!), at(1, dog!)]).toEqual([2, 0]);
    expect([...x.subarray(2 * inputs, 2 * inputs + 3)]).toEqual([0, 0, 1]);
    expect([at(3, good!), at(3, dog!)]).toEqual([0, 2]);
  });

  it("are the same for a new file, which may have other words", async () => {
    const dataset = await datasetOf(file, options);
    const encoder = fitEncoder(dataset, rows(4));
    const { x } = encode(encoder, dataset, rows(4));
    const kept = JSON.parse(JSON.stringify(encoder)) as typeof encoder;
    expect(encodeTable(kept, await tableOf(file)).x).toEqual(x);
    const other = encodeTable(kept, await tableOf("x,note\n1,DOG!\n2,elephant\n3,NA\n"));
    expect(other.notes).toEqual([]);
    const [dog, none, missing] = [0, 1, 2].map((row) => [...other.x.subarray(3 * row, 3 * row + 3)]);
    expect(dog!.reduce((a, b) => a + b)).toBe(2);
    expect(none).toEqual([0, 0, 0]);
    expect(missing).toEqual([0, 0, 1]);
  });

  it("are words first, pairs where there are fewer words than inputs, and at most 1,024", async () => {
    const few = fitEncoder(await datasetOf(csv({ note: notes, y })), rows(60)).features[0]!;
    const isPair = (bucket: number): boolean => bucket >= firstPair;
    expect(few.kind === "text" && few.buckets.some(isPair)).toBe(true);
    const word = (i: number): string => `${String.fromCharCode(97 + (i % 26))}${i}x`;
    const long = Array.from({ length: 60 }, (_, i) =>
      Array.from({ length: 1500 }, (_, k) => word((k * 7 + (i % 2)) % 1500)).join(" "),
    );
    const many = fitEncoder(await datasetOf(csv({ note: long, y }), { types: { note: "text" } }), rows(60))
      .features[0]!;
    expect(many.kind === "text" && [many.buckets.length, many.buckets.some(isPair)]).toEqual([1024, false]);
  });

  it("are parts of words where texts are single words, of more than 1,024 kinds", async () => {
    const next = randomSource(1);
    const letter = (): string => String.fromCharCode(97 + Math.floor(13 * next()));
    const words = Array.from({ length: 1500 }, () => Array.from({ length: 6 }, letter).join(""));
    const dataset = await datasetOf(csv({ word: words, y: words.map((_, i) => (i % 2 ? "yes" : "no")) }), {
      types: { word: "text" },
    });
    expect(dataset.notes.map(({ text }) => text)).toContain(
      "read as what occurs in it, three letters each; --types word=categorical keeps it whole",
    );
    const encoder = fitEncoder(dataset, rows(1500));
    const [feature] = encoder.features;
    expect(feature).toMatchObject({ kind: "text", rule: threeLetters });
    expect(encoder.inputs).toBeGreaterThan(1024);
    expect(encoder.inputs).toBeLessThanOrEqual(2048);
    // A new word has inputs by its parts, by the rule that is kept with the model.
    const { x, inputs } = encodeTable(encoder, await tableOf(`word\n${words[3]}${words[4]}\n`));
    const known = encode(encoder, dataset, Int32Array.of(3)).x;
    const shared = [...known.keys()].filter((i) => known[i]! > 0 && x[i]! > 0);
    expect(inputs).toBe(encoder.inputs);
    expect(shared.length).toBeGreaterThan(0);
  });

  it("tell rows with equal texts from others", async () => {
    const dataset = await datasetOf(csv({ note: [...notes, notes[3]!], y: [...y, y[3]!] }));
    const { x, inputs } = encode(fitEncoder(dataset, rows(61)), dataset, rows(61));
    const row = (i: number): Float32Array => x.subarray(i * inputs, (i + 1) * inputs);
    expect(row(60)).toEqual(row(3));
    expect(row(60)).not.toEqual(row(5));
  });
});
