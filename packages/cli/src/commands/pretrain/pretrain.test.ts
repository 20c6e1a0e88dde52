import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeSafetensors } from "minimand";
import { readSafetensors } from "minimand/models";
import { describe, expect, it } from "vitest";
import { everythingIn, minimand, temporaryFolder } from "../../../../../test/support/cli.ts";
import { openStore } from "../../files/store.ts";
import { codeFingerprint } from "../../papers/code-fingerprint.ts";
import { versions } from "../../version.ts";
import { isKeptPart } from "./kept-part.ts";

describe.concurrent("minimand pretrain", () => {
  it("trains all parts, records their losses, and has them from the first run in the second", async () => {
    const cwd = temporaryFolder();
    const args = ["pretrain", "uf-fgtg", "--quick", "--out", "smoke"];
    const first = await minimand(args, { cwd });
    expect([first.code, first.stderr]).toEqual([
      0,
      expect.stringContaining("50 of 50 steps of the denoiser, loss 0."),
    ]);
    const parts = ["classifier", "contrastive", "decoder", "denoiser", "latents"];
    const files = everythingIn(join(cwd, "smoke")).filter((name) => !name.startsWith("trials"));
    expect(files).toEqual([...parts.map((part) => `${part}.safetensors`), "pretrained.json"].toSorted());
    const record = JSON.parse(readFileSync(join(cwd, "smoke", "pretrained.json"), "utf8"));
    expect(record.parts.map(({ part }: { part: string }) => part).toSorted()).toEqual(parts);
    for (const { part, bytes, "last loss": loss } of record.parts) {
      const file = readFileSync(join(cwd, "smoke", `${part}.safetensors`));
      expect(file.length).toBe(bytes);
      expect(Object.keys(readSafetensors(new Uint8Array(file)).tensors).length).toBeGreaterThan(2);
      if (part !== "latents") expect(loss).toBeGreaterThan(0);
    }
    const second = await minimand([...args, "--json"], { cwd });
    expect(second.stderr).toContain("contrastive was there from an earlier run");
    expect(JSON.parse(second.stdout)).toEqual(record);

    // What somebody else has put there, with the right sums.
    const { slug, scale, seed, engine } = record;
    const code = codeFingerprint(slug, engine.name);
    const run = { command: "pretrain", schema: 1, slug, scale, seed, versions: versions(), engine, code };
    const store = await openStore(join(cwd, "smoke"), isKeptPart);
    const latents = await store.get({ ...run, part: "latents" });
    expect(latents).not.toBeNull();
    const base64 = Buffer.from(writeSafetensors({ other: { shape: [1], data: Float32Array.of(1) } }));
    await store.put({ ...run, part: "latents" }, { ...latents!, base64: base64.toString("base64") });
    const third = await minimand(args, { cwd });
    expect([third.code, third.stderr.trimEnd().split("\n").at(-1)]).toEqual([
      2,
      expect.stringMatching(/^minimand: kept trials: expected results of this version, got some/),
    ]);
  });

  it("trains what takes speckle away on the photographs that come with the project", async () => {
    const cwd = temporaryFolder();
    const args = ["pretrain", "dale-langevin", "--quick", "--out", "smoke", "--json"];
    const { code, stdout } = await minimand(args, { cwd });
    expect(code).toBe(0);
    const { parts, measured } = JSON.parse(stdout);
    expect(parts).toMatchObject([
      { part: "speckle", steps: 10, photographs: "china, flower, coffee, brick, grass" },
      { part: "filters", levels: "0.3" },
    ]);
    expect(Object.keys(measured[0])).toEqual(["level of the noise", "camera", "chelsea", "gravel", "rocket"]);
    for (const { part, bytes } of parts)
      expect(readFileSync(join(cwd, "smoke", `${part}.safetensors`)).length).toBe(bytes);
  });

  it("refuses a paper without frozen models in one line", async () => {
    const { code, stderr } = await minimand(["pretrain", "lion"]);
    expect([code, stderr]).toEqual([
      2,
      "minimand: paper: expected one with frozen models of its own (dale-langevin, uf-fgtg), got 'lion'\n",
    ]);
  });
});
