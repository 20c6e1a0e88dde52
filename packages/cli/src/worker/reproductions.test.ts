import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { papersHost, type TrialSource } from "@minimand/papers";
import { describe, expect, it } from "vitest";
import { everythingIn, workFolder } from "../../../../test/support/cli.ts";
import { dataFolder } from "../files/bundled.ts";
import { prepareReproduction, requestReproduction } from "../papers/reproduction-request.ts";
import { askedReproduction } from "../queue/submissions.ts";
import { freshPglite } from "../store/databases.fixture.ts";

/** Preloaded, into threads, too: one trial of the paper throws. */
const fault = `
import { registerHooks } from "node:module";
const head = /export async function trial\\(.*\\{$/m;
registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.endsWith("/anyloss/run/trial.ts")) return loaded;
    const poison = 'if (spec.dataset === "glass" && spec.family === "sol") throw new Error("no glass, thanks");';
    return { ...loaded, source: String(loaded.source).replace(head, (line) => line + poison) };
  },
});
`;

describe("a reproduction on a store", () => {
  it("fails with the reason where a trial fails for good, and once that is mended computes the rest alone and equals a local one", async () => {
    const { at, run } = workFolder();
    // Data that no other installation has come with the run.
    mkdirSync(at("given"));
    const table = gunzipSync(readFileSync(join(dataFolder(), "glass.csv.gz"))).toString();
    writeFileSync(at("given/glass.csv.gz"), gzipSync(table.trimEnd().split("\n").slice(0, -1).join("\n")));
    const cache = { XDG_CACHE_HOME: at("cache") };
    const reproduce = (out: string, more: string[] = [], preloaded?: string) =>
      run(
        [
          ...["reproduce", "anyloss", "--quick", "--engine", "wasm", "--workers", "1", "--data", "given"],
          ...["--out", out, ...more],
        ],
        preloaded === undefined
          ? { env: cache }
          : { env: { ...cache, NODE_OPTIONS: `--import=${preloaded}` }, fromSource: true },
      );
    const local = await reproduce("local");
    expect(local.code, local.stderr).toBe(0);

    const store = ["--store", `pglite:${(await freshPglite()).folder}`];
    writeFileSync(at("fault.mjs"), fault);
    const failed = await reproduce("shared", store, pathToFileURL(at("fault.mjs")).href);
    expect(failed).toMatchObject({ code: 2, stdout: "" });
    const [, id] = /^run ([0-9a-f]{12}) of /m.exec(failed.stderr)!;
    const trials = everythingIn(at("local", "trials")).length;
    expect(failed.stderr.trim().split("\n").at(-1)).toBe(
      `minimand: run ${id}: 1 trial of ${trials} failed, and there is no verdict without them: no glass, thanks`,
    );
    expect(existsSync(at("shared"))).toBe(false);
    const listed = await run(["runs", "show", id, "--json", ...store]);
    expect(JSON.parse(listed.stdout)).toMatchObject({ id, state: "failed", kind: "reproduce" });

    const mended = await reproduce("shared", store);
    expect(mended.code, mended.stderr).toBe(0);
    expect(mended.stdout).toBe(local.stdout);
    expect(mended.stderr).toContain(`${trials - 1} of ${trials} trials were there from an earlier run`);
    const reportIn = (out: string): unknown =>
      JSON.parse(readFileSync(join(at(out), "report.json"), "utf8"), (key, value) =>
        ["created", "seconds", "kept", "computedOn"].includes(key) ? undefined : value,
      );
    expect(reportIn("shared")).toEqual(reportIn("local"));
    // By its content alone: a name from the store is no path.
    const sha256 = createHash("sha256")
      .update(readFileSync(at("given/glass.csv.gz")))
      .digest("hex");
    expect(everythingIn(at("cache", "minimand", "blobs"))).toEqual([sha256]);
  }, 300_000);

  it("asks whoever computes it for the trials of the scale that was asked for", async () => {
    const folders = [dataFolder()];
    const engine = { name: "wasm", version: "@jax-js/jax 0", threads: 1 } as const;
    const asked = { slug: "aggregate", seeds: 1, tune: false, engine } as const;
    const trialsOf = async (scale: "default" | "full"): Promise<{ title: string; specs: unknown[] }> => {
      const request = await requestReproduction({ ...asked, scale }, folders);
      const { data } = await prepareReproduction(request, folders);
      const submission = await askedReproduction(request, data, []);
      const given = JSON.parse(JSON.stringify(submission.request));
      const there = await prepareReproduction(given, folders);
      const specs: unknown[] = [];
      const trials: TrialSource["trials"] = (own) => {
        specs.push(...own);
        throw new Error("asked");
      };
      const trialsSoFar = { total: 0, kept: 0, seconds: 0 };
      const source: TrialSource = { trialsSoFar, doubts: () => null, trials, close: async () => {} };
      const { signal } = new AbortController();
      const host = papersHost({ ...there.request, data: there.data, asset: there.asset, source, signal });
      await expect(there.reproduction.run(host).next()).rejects.toThrow("asked");
      return { title: submission.title, specs };
    };
    const [usual, full] = [await trialsOf("default"), await trialsOf("full")];
    expect([usual.title, full.title]).toEqual(["reproduce aggregate", "reproduce aggregate --full"]);
    expect(usual.specs).toContainEqual(expect.objectContaining({ part: "simulation", d: 100 }));
    expect(full.specs).toContainEqual(expect.objectContaining({ part: "simulation", d: 200 }));
  });
});
