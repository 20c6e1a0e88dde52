import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../../../test/support/cli.ts";
import { openStore } from "../../files/store.ts";
import { type CollectOptions, collectImages, isKept, type Wanted } from "./collect-images.ts";
import { imageEndpoint } from "./image-endpoint.ts";
import { answers, imageServer, type Mishap } from "./image-server.fixture.ts";
import { loadScorer } from "./scorer.ts";
import { openSpending } from "./spending.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const wanted: Wanted[] = ["sharp", "smooth", "plain"].map((word) => ({
  prompt: "a moon",
  rewrite: `a moon, ${word}`,
  draw: 0,
}));
const byLength = "export default ({ rewrite, bytes }) => bytes.length > 0 ? rewrite.length : -1;";
const progress = { update: () => {}, clear: () => {} };

async function run(
  folder: string,
  mishaps: (Mishap | undefined)[] = [],
  changes: Partial<CollectOptions> = {},
) {
  const server = await imageServer(mishaps);
  closing.push(server.close);
  const scorerFile = join(folder, "scorer.mjs");
  if (!readdirSync(folder).includes("scorer.mjs")) writeFileSync(scorerFile, byLength);
  const spending = await openSpending(join(folder, "asked.txt"), 20);
  const options = { url: server.url, key: null, timeout: 5000, retries: 0, patience: 1, spending };
  const { signal } = new AbortController();
  const collected = collectImages(wanted, {
    service: imageEndpoint(options),
    scorer: await loadScorer(scorerFile),
    store: await openStore(folder, isKept),
    folder: join(folder, "pictures"),
    context: { model: "toy" },
    atOnce: 1,
    progress,
    signal,
    ...changes,
  });
  return { server, ended: await collected.catch((error: Error) => error) };
}

describe("pictures that are collected", () => {
  it("are made, judged and kept, and asked for once", async () => {
    const folder = temporaryFolder();
    const { ended, server } = await run(folder, [], { atOnce: 3 });
    expect(ended).toEqual({
      judged: wanted.map((one) => ({
        ...one,
        score: one.rewrite.length,
        file: expect.stringMatching(/\.png$/),
      })),
      without: [],
    });
    expect(server.seen.length).toBe(3);
    const again = await run(folder);
    expect([again.ended, again.server.seen.length]).toEqual([ended, 0]);
  });

  it("survive a service that dies half-way", async () => {
    const folder = temporaryFolder();
    const { ended } = await run(folder, [undefined, answers(503, "")]);
    expect(String(ended)).toContain("expected an answer, got 503");
    expect(readdirSync(join(folder, "pictures")).length).toBe(1);
    const again = await run(folder);
    expect(again.server.seen.map(({ body }) => body.prompt)).toEqual(["a moon, smooth", "a moon, plain"]);
  });

  it("lack where the service refuses, which is not asked again, or the scorer's filter says no", async () => {
    const folder = temporaryFolder();
    writeFileSync(
      join(folder, "scorer.mjs"),
      `${byLength} export const promptFilter = (rewrite) => !rewrite.includes("plain");`,
    );
    const { ended, server } = await run(folder, [answers(400, { error: { message: "not safe" } })]);
    expect(ended).toMatchObject({
      judged: [{ rewrite: "a moon, smooth" }],
      without: [{ why: "400: not safe" }, { why: expect.stringContaining("promptFilter") }],
    });
    expect(server.seen.length).toBe(2);
    expect((await run(folder)).server.seen.length).toBe(0);
  });

  it("are made anew where their files are damaged, and judged anew by another scorer", async () => {
    const folder = temporaryFolder();
    await run(folder);
    const [first] = readdirSync(join(folder, "pictures"));
    writeFileSync(join(folder, "pictures", first), "x");
    // A module that was loaded stays as it was: another scorer is another file here.
    writeFileSync(join(folder, "other.mjs"), "export const score = async () => 4;");
    const { ended, server } = await run(folder, [], { scorer: await loadScorer(join(folder, "other.mjs")) });
    expect(server.seen.length).toBe(1);
    expect(ended).toMatchObject({ judged: [{ score: 4 }, { score: 4 }, { score: 4 }] });
  });
});

describe("a scorer", () => {
  it("that is none is refused in one line", async () => {
    const folder = temporaryFolder();
    const load = async (code: string) => {
      const file = join(folder, `${Math.random()}.mjs`);
      writeFileSync(file, code);
      return loadScorer(file);
    };
    await expect(load("export default 4;")).rejects.toThrow(
      "expected a function as default export or as 'score', got 4",
    );
    await expect(load("export default ((;")).rejects.toThrow("expected a module that can be loaded");
    await expect(loadScorer(join(folder, "none.mjs"))).rejects.toThrow(
      "expected a module that can be loaded",
    );
    const shown = { prompt: "a", rewrite: "a b", bytes: new Uint8Array(), type: "png" } as const;
    await expect((await load("export default () => NaN;")).score(shown)).rejects.toThrow(
      "expected a finite number of a picture of 'a b', got NaN",
    );
    await expect(
      (await load("export default () => { throw new Error('no model'); };")).score(shown),
    ).rejects.toThrow("expected an answer, got an error: no model");
  });
});

describe("what is kept of a request", () => {
  const file = { file: "0123456789abcdef.png", sha256: "0".repeat(64) };
  it.each([file, { why: "the service refused" }, { score: 0.5 }, { refiner: "AAAA", loss: 2 }])(
    "may be %j",
    (kept) => {
      expect(isKept(kept)).toBe(true);
    },
  );

  it.each([
    null,
    {},
    { why: 5 },
    { why: 5, score: 1 },
    { ...file, file: "../0123456789abcdef.png" },
    { ...file, why: null },
    { score: null },
    { refiner: "AAAA" },
  ])("may not be %j", (kept) => {
    expect(isKept(kept)).toBe(false);
  });
});
