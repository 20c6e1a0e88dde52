import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadReproduction } from "@minimand/papers";
import { describe, expect, it } from "vitest";
import { UsageError } from "../failure.ts";
import { dataFolder } from "../files/bundled.ts";
import { prepareReproduction, requestReproduction } from "./reproduction-request.ts";

const engine = { name: "wasm", version: "@jax-js/jax 0", threads: 1 } as const;
const asked = { slug: "anyloss", scale: "quick", seeds: null, tune: false, engine } as const;
const folders = [dataFolder()];

/** The same value with the names of all objects the other way round, as a database may give it back. */
const turned = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(turned)
    : typeof value === "object" && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .reverse()
            .map(([name, own]) => [name, turned(own)]),
        )
      : value;

describe("a request for a reproduction", () => {
  it("is plain JSON, of which any process makes the same context, whatever the order of its names", async () => {
    const request = await requestReproduction(asked, folders);
    expect(JSON.parse(JSON.stringify(request))).toEqual(request);
    expect(request).toMatchObject({ ...asked, code: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const { card } = await loadReproduction("anyloss");
    expect(Object.keys(request.data)).toEqual(card.data);
    const here = await prepareReproduction(request, folders);
    const there = await prepareReproduction(turned(request) as typeof request, folders);
    expect(JSON.stringify(there.context)).toBe(JSON.stringify(here.context));
    expect(JSON.stringify(there.request)).toBe(JSON.stringify(request));
  });

  it("is refused where data, code or versions are others", async () => {
    const request = await requestReproduction(asked, folders);
    const folder = await mkdtemp(join(tmpdir(), "minimand-request-"));
    try {
      const [name] = Object.keys(request.data);
      await mkdir(join(folder, "classification"));
      await writeFile(join(folder, "classification", `${name}.csv.gz`), "other");
      await expect(prepareReproduction(request, [folder, ...folders])).rejects.toThrow(
        new RegExp(
          `^data set ${name}: expected that of the request, .*${request.data[name][0].sha256}.*, got `,
        ),
      );
    } finally {
      await rm(folder, { recursive: true });
    }
    await expect(prepareReproduction({ ...request, code: "00" }, folders)).rejects.toThrow(
      /^code: expected that of the request, "00", got "[0-9a-f]{64}"$/,
    );
    const versions = { ...request.versions, node: "1.0.0" };
    await expect(prepareReproduction({ ...request, versions }, folders)).rejects.toThrow(
      /^versions: expected that of the request, .*"1\.0\.0"/,
    );
    await expect(requestReproduction({ ...asked, tune: true }, folders)).rejects.toThrow(
      "--tune: expected a paper with something to tune, got 'anyloss'",
    );
  });

  it("has a first seed only where it isn't the paper's own, and none on which something was chosen or that the page has", async () => {
    const request = (slug: string, firstSeed: number | null, seeds: number | null = 2) =>
      requestReproduction({ ...asked, slug, seeds, firstSeed }, folders);
    expect((await request("anyloss", 1)).firstSeed).toBeNull();
    await expect(request("anyloss", 0)).rejects.toThrow(
      /^--first-seed, --seeds: expected seeds that the paper's page hasn't, such as those from \d+ on, got 0 to 1, of which it has 1 /,
    );
    expect((await request("lion", 0)).firstSeed).toBeNull();
    expect((await request("lion", 999)).firstSeed).toBe(999);
    await expect(request("lion", 1000, 5)).rejects.toThrow(
      new UsageError(
        "--first-seed, --seeds: expected seeds on which nothing was chosen, got 1000 to 1004, of which tuning of 'lion' has used 1001 to 1004",
      ),
    );
    // The bandit has twice as many seeds as the language model; a scale's own number counts as well.
    await expect(request("rdpo", 998)).rejects.toThrow(
      /got 998 to 1001, of which tuning of 'rdpo' has used 1001$/,
    );
    await expect(request("ood-unlabeled", null, 902)).rejects.toThrow(/got 100 to 1001, .* has used 1001$/);
    await expect(request("neucb", 1000, null)).rejects.toThrow(/has used 1001$/);
  });
});
