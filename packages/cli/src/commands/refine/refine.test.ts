import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { disposeTree, type Tree } from "minimand/engine";
import { afterAll, describe, expect, it } from "vitest";
import { everythingIn, minimand, start, temporaryFolder } from "../../../../../test/support/cli.ts";
import { oneProcess } from "../../one-process.fixture.ts";
import { answers, hangs, imageServer, type Mishap } from "./image-server.fixture.ts";
import type { RefineFile } from "./refine-file.ts";
import { rewritesOf } from "./refine-run.ts";
import { type Refiner, readRefiner } from "./refiner.ts";
import { smallRefiner } from "./small-refiner.fixture.ts";
import { loadWorld } from "./world.ts";
import score from "./world-scorer.fixture.ts";
import { together, worldServer } from "./world-server.fixture.ts";

const refused = oneProcess();
const things = ["red moon", "blue ship", "green house", "white star", "old tree", "grey wolf"];
const looks = ["sharp focus", "oil painting", "soft light", "high contrast"];
/** Things with two looks each; which of them come together is a rule that can be learned. */
const prompts = things.flatMap((thing, i) =>
  looks.map((look, k) => `${thing}, ${look}, ${looks[(k + 1 + (i % 2)) % looks.length]}`),
);

const closing: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closing) await close();
});

async function withService(mishaps: (Mishap | undefined)[] = []) {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, "prompts.txt"), `${prompts.join("\n")}\n${prompts[0].toUpperCase()}\n\n`);
  writeFileSync(
    join(cwd, "score.mjs"),
    "export default ({ rewrite, bytes }) => (rewrite.includes('sharp') ? 1 : 0) + bytes[60] / 10000;",
  );
  const server = await imageServer(mishaps);
  closing.push(server.close);
  writeFileSync(
    join(cwd, "small.safetensors"),
    await smallRefiner(["red", "moon", "blue", "ship", "sharp", "focus", "soft"]),
  );
  const own = ["refine", "--prompts", "prompts.txt", "--steps", "5", "--engine", "wasm"];
  const small = ["refine", "--refiner", "small.safetensors", "--engine", "wasm"];
  const endpoint = ["--endpoint", server.url, "--scorer", "score.mjs", "--at-once", "1", "--retries", "0"];
  const env = { MINIMAND_IMAGE_KEY: "sk-secret" };
  const run = (args: readonly string[]) => minimand(args, { cwd, env });
  const refusal = (args: readonly string[]) => refused(args, { cwd, env });
  const results = (out = "minimand-refine"): RefineFile =>
    JSON.parse(readFileSync(join(cwd, out, "results.json"), "utf8"));
  return { cwd, env, server, own, small, endpoint, run, refusal, results };
}

describe("minimand refine with prompts of the user's", () => {
  it("trains a refiner, prints rewrites with unknown words copied through, and keeps it", async () => {
    const { cwd, own, run, results } = await withService();
    const { code, stdout, stderr } = await run([...own, "-n", "3", "red moon", "a zorblax ship"]);
    expect([code, stderr]).toEqual([0, expect.stringContaining("24 prompts, 1 left out that came before")]);
    const { refiner, prompts: refined } = results();
    expect(refiner).toMatchObject({ kind: "own prompts", source: "prompts.txt", words: 21 });
    expect(refined.map(({ rewrites }) => rewrites.length)).toEqual([3, 3]);
    for (const { text } of refined[1].rewrites) expect(text).toContain("zorblax");
    for (const { rewrites } of refined)
      for (const { text } of rewrites) expect(stdout).toContain(`  ${text}\n`);
    expect(everythingIn(join(cwd, "minimand-refine"))).toEqual(
      expect.arrayContaining(["refine.html", "refiner.safetensors", "results.json"]),
    );
    // Trained once, and the same by its file.
    const again = await run([...own, "-n", "3", "red moon", "a zorblax ship"]);
    expect(again.stderr).not.toContain("steps of training");
    const saved = ["refine", "--refiner", "minimand-refine/refiner.safetensors", "--engine", "wasm"];
    const by = await run([...saved, "-n", "3", "--out", "o", "--json", "red moon", "a zorblax ship"]);
    expect((JSON.parse(by.stdout) as RefineFile).prompts).toEqual(refined);
    expect(again.stdout).toBe(stdout);
  });

  it("keeps the refiner that it has read from its output folder", async () => {
    const { cwd, small, endpoint, run, refusal } = await withService();
    expect((await run([...small, "-n", "2", "red moon"])).code).toBe(0);
    const place = join("minimand-refine", "refiner.safetensors");
    const bytes = readFileSync(join(cwd, "small.safetensors"));
    writeFileSync(join(cwd, place), bytes);
    const args = ["refine", "--refiner", place, "--engine", "wasm", "-n", "2", "blue ship"];
    expect((await run(args)).code).toBe(0);
    const refused = await refusal([...args, ...endpoint, "--max-images", "9"]);
    expect([refused.code, refused.stderr]).toEqual([
      2,
      `minimand: --out: expected another folder than that of ${place}, which would be written over\n`,
    ]);
    expect(readFileSync(join(cwd, place))).toEqual(bytes);
  });

  it("learns from scores of a service's pictures what they favour", async () => {
    const world = await loadWorld(undefined);
    const server = await worldServer(world);
    closing.push(server.close, async () => world.dispose());
    const cwd = temporaryFolder();
    const scorer = fileURLToPath(new URL("./world-scorer.fixture.ts", import.meta.url));
    const asked = ["red moon", "blue house", "green tree", "white star", "purple ring", "yellow ball"];
    const { code, stderr, stdout } = await minimand(
      [
        ...["refine", "--endpoint", server.url, "--scorer", scorer, "--max-images", "60", "--draws", "1"],
        ...["-n", "7", "--passes", "8", "--at-once", `${together}`, "--engine", "wasm", ...asked],
      ],
      { cwd, env: { MINIMAND_IMAGE_KEY: "sk-secret" } },
    );
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("secret")]);
    const read = (name: string): Buffer => readFileSync(join(cwd, "minimand-refine", name));
    const { prompts: refined, preferences }: RefineFile = JSON.parse(read("results.json").toString());
    expect(preferences).toMatchObject({ spent: server.seen.length, flipRateFrom: "assumed", loss: "rdpo" });
    for (const { rewrites } of refined) {
      const scores = rewrites.map(({ scores }) => scores[0]);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    }
    expect(server.seen.every(({ authorization }) => authorization === "Bearer sk-secret")).toBe(true);
    expect(stdout).toContain(`learned from ${preferences?.pairs} pairs`);
    for (const file of ["results.json", "refine.html", "asked.txt"])
      expect(read(file).toString()).not.toContain("secret");
    expect(read("refine.html").toString()).toContain("data:image/png;base64,");

    // Other rewrites than those it learned from, by other noise: as it was, and as it was kept.
    const learned = readRefiner(read("refiner.safetensors"), "refiner.safetensors");
    const rewardOf = async (refiner: Refiner): Promise<number> => {
      const options = { name: "a", count: 8, seed: 5, compile: undefined };
      const texts = (await rewritesOf(refiner, asked, options, new AbortController().signal)).flat();
      const scores = [...(await world.draw(texts, 98)), ...(await world.draw(texts, 99))].map(score);
      return scores.reduce((sum, x) => sum + x, 0) / scores.length;
    };
    const [before, after] = [await rewardOf(world.refiner), await rewardOf(learned)];
    disposeTree(learned.params as Tree);
    expect(after).toBeGreaterThan(1.1 * before);
  });

  it("goes on where a service died or the run was stopped, and asks for no picture twice", async () => {
    const { cwd, env, small, endpoint, run, server } = await withService([
      ...[undefined, undefined, answers(503, ""), undefined, hangs],
    ]);
    const args = [...small, ...endpoint, "--max-images", "40", "--draws", "1", "-n", "7", "red moon"];
    const died = await run(args);
    expect([died.code, died.stdout]).toEqual([2, ""]);
    expect(died.stderr).toMatch(
      /expected an answer, got 503; 2 pictures asked for so far.*the same command goes on/,
    );
    const { child, ended } = start(args, { cwd, env });
    while (server.seen.length < 5) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill("SIGINT");
    expect(await ended).toMatchObject({
      code: 130,
      stderr: expect.stringContaining("the same command continues"),
    });
    const finished = await run(args);
    expect([finished.code, finished.stdout]).toEqual([0, expect.stringMatching(/pairs? of 8 pictures/)]);
    // Of 8 pictures one was lost with the run, and one was refused.
    expect(server.seen.length).toBe(8 + 2);
    expect(new Set(server.seen.map(({ body }) => body.prompt)).size).toBe(8);
  });

  it.skipIf(process.platform === "win32")(
    "ends at Ctrl-C while it waits for prompts from a pipe",
    async () => {
      const cwd = temporaryFolder();
      const pipe = join(cwd, "prompts.txt");
      execFileSync("mkfifo", [pipe]);
      const { child, ended } = start(["refine", "red moon", "--prompts", "prompts.txt", "--engine", "wasm"], {
        cwd,
      });
      let writer: number | undefined;
      while (writer === undefined && child.exitCode === null) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        try {
          writer = openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
        } catch {
          // Nobody reads it yet.
        }
      }
      child.kill("SIGINT");
      const { stderr } = await ended;
      if (writer !== undefined) closeSync(writer);
      // Not killed by its supervisor, which says so.
      expect([child.signalCode, stderr]).toEqual(["SIGINT", ""]);
      expect(everythingIn(cwd)).toEqual(["prompts.txt"]);
    },
  );

  it("is refused in one line", async () => {
    const { own, small, endpoint, refusal, server, cwd } = await withService([
      answers(401, { error: { message: "no" } }),
    ]);
    writeFileSync(join(cwd, "few.txt"), "a b\nc d\n");
    writeFileSync(join(cwd, "broken.safetensors"), "x");
    for (const [args, said] of [
      [["refine"], "prompts: expected at least one to be rewritten, got none"],
      [[...small, "zorblax"], "prompt: expected at least one word that the refiner knows"],
      [["refine", "--prompts", "few.txt", "a"], "--prompts few.txt: expected at least 20 different prompts"],
      [["refine", "--prompts", "none.txt", "a"], "none.txt: no such file or folder"],
      [["refine", "--refiner", "broken.safetensors", "a"], "broken.safetensors: expected a refiner"],
      [["refine", "a", "--scorer", "score.mjs"], "--scorer: expected an --endpoint with it"],
      [[...own, "a", "--endpoint", server.url], "--scorer: expected a module that scores pictures"],
      [[...own, "a", "--endpoint", server.url, "--scorer", "score.mjs"], "--max-images: expected the most"],
      [
        [...small, ...endpoint, "--max-images", "3", "red moon"],
        "--max-images: expected at least 12 for 1 prompt",
      ],
      [[...own, "a", "-n", "0"], "--number: expected an integer >= 1, got 0"],
      [[...own, ...endpoint, "--max-images", "99", "--flip-rate", "0.5", "a"], "--flip-rate: expected"],
      [[...small, ...endpoint, "--max-images", "99", "red moon"], "MINIMAND_IMAGE_KEY: expected a key"],
    ] as const) {
      const { code, stderr, stdout } = await refusal(args);
      const lines = stderr.trim().split("\n");
      expect([code, stdout, lines.at(-1)], args.join(" ")).toEqual([2, "", expect.stringContaining(said)]);
    }
  });

  it("is refused before anything is trained or made", async () => {
    const { own, endpoint, refusal, server, cwd } = await withService();
    writeFileSync(join(cwd, "few.txt"), "a cat\n");
    writeFileSync(join(cwd, "none.mjs"), "export const x = 1;");
    const most = ["--max-images", "99", "red moon"];
    for (const [args, said] of [
      [["refine", "--prompts", "few.txt", "a"], "expected at least 20 different prompts"],
      [["refine", "zorblax"], "expected at least one word that the refiner knows"],
      [[...own, ...endpoint, "--endpoint", "nowhere", ...most], "--endpoint: expected an address"],
      [[...own, ...endpoint, "--scorer", "none.mjs", ...most], "--scorer none.mjs: expected a function"],
      [[...own, ...endpoint, "--scorer", "nosuch.mjs", ...most], "--scorer nosuch.mjs: expected a module"],
      [["refine", "red moon", "--flip-rate", "0.1"], "--flip-rate: expected an --endpoint with it"],
      [["refine", "red moon", "--at-once", "2"], "--at-once: expected an --endpoint with it"],
      [["refine", "red moon", "--loss", "rpo"], "--loss: expected an --endpoint with it"],
      [["refine", "a", "--allow-host", "cdn.example.com"], "--allow-host: expected an --endpoint with it"],
      ...["https://cdn.example.com", "cdn.example.com/a", "me@cdn.example.com", ""].map(
        (host) =>
          [[...own, ...endpoint, "--allow-host", host], "expected a host as cdn.example.com"] as const,
      ),
      [
        [...own, "a", "--endpoint", "http://api.example.com", "--scorer", "score.mjs", "--max-images", "9"],
        "--endpoint: expected https:// where MINIMAND_IMAGE_KEY is set, got http://api.example.com",
      ],
    ] as const) {
      const { code, stdout, stderr } = await refusal(args);
      expect([code, stdout, stderr], args.join(" ")).toEqual([2, "", expect.stringContaining(said)]);
      expect(stderr.trim()).toMatch(/^minimand: [^\n]+$/);
      expect(everythingIn(cwd).filter((name) => name.startsWith("minimand-refine"))).toEqual([]);
    }
    expect(server.seen).toEqual([]);
  });
});
