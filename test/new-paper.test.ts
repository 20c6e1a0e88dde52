import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Listing, PaperCard, Reproduction } from "@minimand/papers";
import { ruleHeading } from "@minimand/papers";
import { afterAll, describe, expect, it } from "vitest";
import { quickRun } from "../packages/papers/src/kit/test-host.fixture.ts";
import { paperPage } from "../packages/site/src/pages/paper-page.ts";
import { newPaper } from "../scripts/new-paper/files.ts";

describe("a new paper", () => {
  const files = newPaper("zz-new", new Date("2026-12-02"));
  // Outside of src/, whose lists other tests compare with its folders.
  const place = mkdtempSync("packages/papers/.new-paper-");
  afterAll(() => rmSync(place, { recursive: true }));
  for (const [path, text] of files) {
    const file = join(place, "zz-new", path);
    mkdirSync(dirname(file), { recursive: true });
    const [up, papers] = path.startsWith("run/") ? ["../../", "../../../src/"] : ["../", "../../src/"];
    writeFileSync(file, text.replaceAll(`from "${up}`, `from "${papers}`));
  }
  const load = (path: string) => import(resolve(place, "zz-new", path));

  it("passes the linter and the compiler", () => {
    const config = join(place, "tsconfig.json");
    writeFileSync(
      config,
      JSON.stringify({ extends: "../../../tsconfig.json", include: ["zz-new", "../../*/src/**/*.d.ts"] }),
    );
    execFileSync("biome", ["check", join(place, "zz-new")]);
    execFileSync("tsc", ["--noEmit", "-p", config]);
  });

  it("runs at the quick scale", async () => {
    const { reproduction } = (await load("run/reproduction.ts")) as {
      reproduction: Reproduction<object, unknown>;
    };
    expect((await quickRun(reproduction)).rows).toHaveLength(2);
  });

  it("has a page that says that nothing is measured yet", async () => {
    const { card, listing } = (await load("card.ts")) as { card: PaperCard; listing: Listing };
    const { topic, added, held, notHeld, measured } = listing;
    expect([measured, held, notHeld]).toEqual([undefined, null, null]);
    const state = {
      use: "Not measured yet.",
      verdict: "not measured",
      held,
      notHeld,
      seconds: null,
    } as const;
    const page = paperPage(
      { ...card, topic, added, ...state, data: ["tables"] },
      card,
      files.get("README.md")!,
      [],
      () => null,
    );
    expect(page).toContain(`## ${ruleHeading(card.ruleLog)}`);
    expect(page).toContain("</b> not measured</span>");
    expect(page).not.toContain("At a glance");
  });
});
