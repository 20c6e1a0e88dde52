import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { acrossFixture, datasetFixture, resultsFixture } from "../../../../test/results-fixture.ts";
import type { CandidateSummary, Settings, TestedDifference, TrialRecord } from "../results.ts";
import { renderReport } from "./index.ts";

const parse = (markup: string): Document => parseHTML(markup).document;
const render = (results: Parameters<typeof renderReport>[0]): string => renderReport(results, "my-folder");
const textOf = (element: Element | null | undefined): string =>
  (element?.textContent ?? "").replace(/\s+/g, " ").trim();
const rows = (document: Document, label: string): string[][] =>
  [...document.querySelectorAll(`table[aria-label="${label}"] tbody tr`)].map((row) =>
    [...row.children].map(textOf),
  );

const report = datasetFixture();
const markup = render(resultsFixture([report]));
const page = parse(markup);

describe("renderReport", () => {
  it("is headed by the sentence for all and says what was compared", () => {
    expect(textOf(page.querySelector("h1"))).toBe(report.ranking.summary);
    const facts = textOf(page.querySelector("dl.facts"));
    for (const fact of [
      "768 rows",
      "binary classification of target",
      "14 losses, the baseline and 1 reference",
      "10 folds",
      "higher is better",
      "hidden layers of 64 and 64 units",
    ]) {
      expect(facts).toContain(fact);
    }
  });

  it("says what the network is, and what was tuned where a fit is several", () => {
    const results = resultsFixture([report]);
    const textWith = (changed: Partial<Settings>, own = {}): string => {
      const settings = { ...results.settings, ...changed };
      return textOf(parse(render({ ...results, settings, ...own })).querySelector("main"));
    };
    const several = textWith({ bins: 16, members: 5 });
    expect(several).toContain(
      "hidden layers of 64 and 64 units; numbers also encoded by up to 16 bins; 5 networks per fit, whose predictions are averaged",
    );
    expect(several).toContain("Of the 5 networks per fit, the first one was tuned");
    expect(textWith({})).not.toMatch(/networks per fit|encoded by/);
    expect(textWith({ model: "linear", hidden: [] })).toMatch(/Network\s*a linear model/);
    expect(textWith({ targetScale: "log" })).toContain("units; trained on the logarithm of the target");
    expect(textWith({ model: "own", hidden: [] }, { ownModel: { id: "deep" } })).toContain("your model deep");
  });

  it("explains loss, fold, seed and trial once, before the first table; on a test file there is no fold", () => {
    const wordsOf = (document: Document): string[] =>
      [...document.querySelectorAll("p")].map(textOf).filter((text) => text.startsWith("Words. "));
    const [words, ...more] = wordsOf(page);
    expect(more).toEqual([]);
    for (const word of ["A loss is", "A fold is", "A seed is", "A trial tunes"])
      expect(words).toContain(word);
    expect(markup.indexOf("Words.")).toBeLessThan(markup.indexOf("<table"));
    const made = datasetFixture({ testRows: 200, folds: 1, diverging: null });
    expect(wordsOf(parse(render(resultsFixture([made])))).join()).toMatch(
      /^(?!.*fold).* one loss on one seed\.$/,
    );
    const several = [report, datasetFixture({ name: "vehicle", task: "multiclass" })];
    expect(wordsOf(parse(render(resultsFixture(several, acrossFixture()))))).toHaveLength(1);
  });

  it("counts pairs as pairs, and columns by what they are", () => {
    const features = (["numeric", "text", "text"] as const).map((kind, i) => ({
      ...report.features[0],
      kind,
      name: `f${i}`,
    }));
    const pairs = parse(render(resultsFixture([{ ...report, task: "preference", features }])));
    expect(textOf(pairs.querySelector("dl.facts"))).toContain("768 pairs, 3 input columns");
    expect(textOf(pairs.body)).toContain("768 pairs; 1 numeric column, 2 columns of free text, ");
  });

  it("says at the top what to use, what it costs, what comes next, and the command, before any table", () => {
    const box = page.querySelector(".advice");
    const { use, costs, beside, next } = report.recommendation;
    const said = [use, costs[0]!.text, beside[0]!, next[0]!.text, "npx minimand predict my-folder ROWS.csv"];
    expect([...box!.querySelectorAll("dd")].map(textOf)).toEqual(said);
    expect(markup.indexOf('class="advice"')).toBeLessThan(markup.indexOf("<table"));
    const lead = "Gradient-boosted trees are 7.1 points ahead of the best loss on these data.";
    const led = { ...report, recommendation: { ...report.recommendation, lead } };
    expect(textOf(parse(render(resultsFixture([led]))).querySelector(".advice .lead"))).toBe(lead);
  });

  it.each([
    [1, "binary"],
    [2, "binary"],
    [1, "regression"],
    [2, "regression"],
  ] as const)("has headings in order with %i data sets of %s: none skips a level", (sets, task) => {
    const datasets = Array.from({ length: sets }, (_, i) => datasetFixture({ name: `data ${i}`, task }));
    const across = sets > 1 ? acrossFixture() : null;
    const levels = [
      ...parse(render(resultsFixture(datasets, across))).querySelectorAll("h1, h2, h3, h4, h5, h6"),
    ].map((head) => Number(head.localName.slice(1)));
    expect(levels.filter((level) => level === 1)).toEqual([1]);
    expect(levels[0]).toBe(1);
    expect(levels.filter((level, i) => i > 0 && level > levels[i - 1]! + 1)).toEqual([]);
  });

  it("has a row a candidate, in the order of the ranking, with difference, interval, p and verdict", () => {
    const table = rows(page, "Ranking on pima_diabetes");
    expect(table).toHaveLength(16);
    const best = report.ranking.entries[0]!;
    const d = best.difference as TestedDifference;
    const [name, difference, verdict, mean, time, p] = table[0]!;
    expect(name).toContain(best.label);
    expect(verdict).toBe("▲better");
    expect(mean).toBe(`${best.mean!.toFixed(3)} ± ${best.sd!.toFixed(3)}`);
    expect(difference).toBe(`+${d.mean.toFixed(3)}[+${d.low.toFixed(3)}, +${d.high.toFixed(3)}]`);
    expect(time).toMatch(/^\d\.\d s$/);
    expect(p).toBe(d.pAdjusted < 0.001 ? "<0.001" : d.pAdjusted.toFixed(3));
    expect(table.find(([loss]) => loss?.startsWith("Jensen"))?.slice(1, 3)).toEqual(["–", "✕diverged 3/10"]);
    expect(table.at(-1)?.[0]).toBe("Majority class");
  });

  it("shows the baseline and every finalist by itself: ROC curves and reliability, or predictions and residuals", () => {
    const shown = (document: Document, name: RegExp): Element[] =>
      [...document.querySelectorAll(".wide svg, .panels svg")].filter((svg) =>
        name.test(svg.getAttribute("aria-label") ?? ""),
      );
    const labels = [
      "Cross-entropy",
      "ALDR-KL",
      "Class-weighted cross-entropy",
      "AnyLoss (F1)",
      "EnsLoss",
      "Focal",
    ];
    const [roc] = shown(page, /^ROC curves$/);
    for (const label of labels) {
      expect(roc.getAttribute("aria-description")).toContain(`${label}: AUC`);
      expect(shown(page, /^Reliability of /).map((svg) => svg.getAttribute("aria-label"))).toContain(
        `Reliability of ${label}`,
      );
    }
    const numbers = parse(render(resultsFixture([datasetFixture({ task: "regression" })])));
    for (const name of [/ against its prediction$/, /^Residuals of /]) {
      const [figure] = shown(numbers, name);
      for (const label of labels) expect(figure.getAttribute("aria-description")).toContain(`${label}: R`);
    }
    expect(shown(numbers, /ROC|Reliability/)).toEqual([]);
    expect(shown(page, /prediction|Residuals/)).toEqual([]);
  });

  it("says whom these figures show, also one that is first and no finalist", () => {
    const [first, ...others] = report.finalists;
    const captionOf = (finalists: string[]): string =>
      textOf(parse(render(resultsFixture([{ ...report, finalists }]))).querySelector("main"));
    expect(captionOf(report.finalists)).toContain("The baseline and the finalists, chosen from 14 because");
    expect(first).toBe("aldr-kl");
    expect(captionOf(others)).toMatch(
      /The baseline, the finalists and ALDR-KL \(first of 14.*?\), chosen from 14 because/,
    );
    expect(captionOf([])).toMatch(/The baseline and ALDR-KL \(first of 14.*?\), chosen from 14 because/);
  });

  it("names the selection wherever the first of many is shown", () => {
    for (const task of ["binary", "regression"] as const) {
      const document = parse(render(resultsFixture([datasetFixture({ task })])));
      const captions = [...document.querySelectorAll("figcaption, .panels + p")].map(textOf);
      expect(captions.filter((text) => text.includes("the largest of 14 differences"))).toHaveLength(1);
      expect(captions.filter((text) => text.includes("chosen from 14")).length).toBeGreaterThan(0);
      expect(textOf(document.querySelector("main"))).toMatch(/The best value of 15 is best partly by chance/);
      const panels = [...document.querySelectorAll(".mm-panel-number text")].map(textOf);
      expect(panels.filter((text) => text.includes("first of 14")).length).toBeGreaterThan(0);
    }
  });

  it("loads nothing and runs nothing", () => {
    expect(page.querySelectorAll("script, link, img, iframe, object, embed")).toHaveLength(0);
    expect(
      page.querySelector('meta[http-equiv="Content-Security-Policy"]')?.getAttribute("content"),
    ).toContain("default-src 'none'");
    const addresses = markup
      .replaceAll("http://www.w3.org/2000/svg", "")
      .match(/\b(https?:)?\/\/[a-z]|@import|url\((?!#)/g);
    expect(addresses).toBeNull();
  });

  it("can be read without seeing it: heads have a scope, figures a name and a description", () => {
    expect([...page.querySelectorAll("th")].filter((th) => !th.hasAttribute("scope"))).toEqual([]);
    const figures = [...page.querySelectorAll("svg")];
    expect(figures.length).toBeGreaterThanOrEqual(11);
    for (const svg of figures) {
      expect(svg.getAttribute("role")).toBe("img");
      expect(svg.getAttribute("aria-label")).toBeTruthy();
      expect(svg.getAttribute("aria-description")).toBeTruthy();
    }
  });

  it("shows what was inferred, what was left out, the tuning, the model, settings, versions and references", () => {
    const features = rows(page, "Input columns");
    expect(features[2]).toEqual(["zip_code", "categorical", "leading zeros", "31", "0"]);
    expect(features[1]?.[4]).toBe("374 49 %");
    const text = textOf(page.querySelector("main"));
    for (const part of [
      `${report.ranking.entries[0]!.label}: ${report.ranking.entries[0]!.sentence}`,
      "patient_id: dropped: a different value in every row",
      "ALDR-KL, learning rate 0.003, tau 1, trained again on all 768 rows for 34 epochs",
      "9f3c1d0e5b7a42c8",
      "native: onnxruntime-node 1.30.0, 2 threads",
      "@jax-js/jax 0.1.25 (wasm)",
      "Westfall",
      "DeLong",
      "batch size",
    ]) {
      expect(text).toContain(part);
    }
    const tuning = rows(page, "Chosen configurations on pima_diabetes");
    expect(tuning).toHaveLength(15);
    const chosen = rows(page, "All configurations on pima_diabetes").filter(([loss]) => loss === "Focal");
    expect(chosen).toHaveLength(4);
    expect(chosen.reduce((sum, cells) => sum + Number.parseInt(cells[3]!, 10), 0)).toBe(10);
  });

  it("says how much was tried for each loss, and where the choice still lies at an end of the learning rates", () => {
    const [slowest, , , fastest] = [0.001, 0.003, 0.01, 0.03];
    const beyond = { learningRate: 0.1, parameters: { tau: 1 } };
    // Focal takes the rate beyond on 6 of 10 folds, LDR-KL on 5, hinge the rate that was the fastest before.
    const trials = report.trials.map((trial, i): TrialRecord => {
      const at = (learningRate: number): TrialRecord => ({
        ...trial,
        status: "ok",
        chosen: { learningRate, parameters: { tau: 1 } },
      });
      const extended = (one: TrialRecord): TrialRecord => ({
        ...one,
        tuning: [...trial.tuning, { configuration: beyond, validation: 0.7, epochs: 3 }],
      });
      const place = report.trials.slice(0, i).filter(({ candidate }) => candidate === trial.candidate).length;
      if (trial.candidate === "focal") return place < 6 ? extended(at(0.1)) : at(0.01);
      if (trial.candidate === "ldr-kl") return place < 5 ? at(slowest) : at(0.01);
      return trial.candidate === "hinge" ? extended(at(fastest)) : trial;
    });
    const document = parse(render(resultsFixture([{ ...report, trials }])));
    const row = (label: string, caption: string): string[][] =>
      rows(document, caption).filter(([loss]) => loss === label);
    const [focal] = row("Focal", "Chosen configurations on pima_diabetes");
    expect(focal.slice(1, 4)).toEqual([
      "4 to 5",
      "learning rate 0.1, tau 1 at the end of the grid in 6 of 10 folds",
      "6 of 10",
    ]);
    const [ldr] = row("LDR-KL", "Chosen configurations on pima_diabetes");
    expect(ldr[1]).toBe("4");
    const [hinge] = row("Hinge", "Chosen configurations on pima_diabetes");
    expect(hinge.slice(1, 3)).toEqual(["5", "learning rate 0.03, tau 1"]);
    expect(ldr[2]).not.toContain("at the end");
    const tried = row("Focal", "All configurations on pima_diabetes").map((cells) => cells.slice(1, 4));
    expect(tried).toHaveLength(5);
    expect(tried.at(-1)).toEqual(["learning rate 0.1, tau 1", "6 of 10", "6 of 6"]);
  });

  it("names no configuration where each fold chose another one, and no epochs where there are none", () => {
    const trials = report.trials.map((trial): TrialRecord => {
      if (trial.candidate !== "focal") return trial;
      const chosen = { learningRate: 0.001 * (1 + trial.fold + 10 * trial.seed), parameters: {} };
      return {
        ...trial,
        status: "ok",
        epochs: 0,
        chosen,
        tuning: [{ configuration: chosen, validation: 0.7, epochs: 0 }],
      };
    });
    const document = parse(render(resultsFixture([{ ...report, trials }])));
    const [focal] = rows(document, "Chosen configurations on pima_diabetes").filter(
      ([loss]) => loss === "Focal",
    );
    expect(focal.slice(2)).toEqual(["another one each time", "1 of 10", "–"]);
  });

  it("says that learning rates are the same for all, but for an optimizer with its own", () => {
    const text = (candidates: CandidateSummary[]): string =>
      textOf(parse(render({ ...resultsFixture([report]), candidates })).querySelector("main"));
    const { candidates } = resultsFixture([report]);
    expect(text(candidates)).toContain(
      "All losses tried the same 4 learning rates. The losses' own parameters",
    );
    const other = candidates.map((c) =>
      c.id === "focal" ? { ...c, grid: c.grid.map((g) => ({ ...g, learningRate: 9 * g.learningRate })) } : c,
    );
    expect(text(other)).toContain(
      "All losses tried the same 4 learning rates, except losses with a range of their own. The losses' own parameters",
    );
  });

  it("takes names from the data as text wherever they stand", () => {
    const evil = `<script>alert("1")</script>'&amp;`;
    const bad = datasetFixture({ name: evil, classes: [evil, `${evil}2`] });
    const entries = bad.ranking.entries.map((e) => ({ ...e, label: evil, sentence: evil }));
    const results = resultsFixture([
      {
        ...bad,
        target: evil,
        source: evil,
        features: [{ name: evil, kind: "categorical", why: evil, missing: 1, levels: 2 }],
        notes: [{ level: "warning", column: evil, text: evil }],
        ranking: { ...bad.ranking, entries, summary: evil },
        model: { ...bad.model!, why: evil },
      },
    ]);
    results.settings.ignore = [evil];
    results.settings.types = { [evil]: "numeric" };
    results.candidates = results.candidates.map((c) => ({ ...c, label: evil }));
    const out = render(results);
    const document = parse(out);
    expect(document.querySelectorAll("script")).toHaveLength(0);
    expect(out.toLowerCase()).not.toContain("<script");
    expect(textOf(document.querySelector("h1"))).toBe(evil);
    expect(rows(document, "Input columns").length + document.querySelectorAll("svg").length).toBeGreaterThan(
      11,
    );
  });

  it("reads right for a metric whose lower value is better", () => {
    const regression = datasetFixture({ task: "regression", metric: "rmse", higherIsBetter: false });
    const text = textOf(parse(render(resultsFixture([regression]))).querySelector("main"));
    expect(text).toContain("RMSE (lower is better)");
    expect(text).toContain("losses to the left of it are better");
    expect(text).not.toMatch(/Which classes|Can the probabilities/);
  });

  it("says that a run is partial, and that no model was kept", () => {
    const partial = datasetFixture({ seeds: { planned: [0, 1, 2], complete: [0] } });
    const text = textOf(parse(render(resultsFixture([{ ...partial, model: null }]))).querySelector("main"));
    expect(text).toContain("Partial run. 1 of 3 seeds is complete. The intervals");
    expect(text).toContain("No model was kept");
    expect(textOf(page.querySelector("main"))).not.toContain("Partial run");
  });

  it("names the rows and folds that a partial run lacks, and no finalists that were trained on more", () => {
    const whole = datasetFixture({ seeds: { planned: [0, 1], complete: [0] } });
    const entries = whole.ranking.entries.map((entry, i) =>
      i === 0 ? { ...entry, verdict: "not pursued" as const } : entry,
    );
    const cut = {
      ...whole,
      drawnFrom: 2000,
      folds: { planned: 5, complete: [0, 1, 2] },
      ranking: { ...whole.ranking, entries },
    };
    const text = textOf(parse(render(resultsFixture([cut]))).querySelector("main"));
    expect(text).toContain(
      `Partial run. ${cut.rows} of 2000 rows were drawn, 3 of 5 folds of the first seed are complete.`,
    );
    expect(text).toContain(
      "One seed: 1 loss was trained on that seed only, which is too few to call it better.",
    );
    expect(text).not.toContain("that were trained on more");
    expect(text).toContain(`the ${cut.rows} rows that were drawn from 2000`);
    expect(text).toContain(`Apply the kept model (trained on ${cut.rows} of 2000 rows)`);
  });

  it("tells trials that could not be had from those that diverged, and names the CPUs of all", () => {
    const made = datasetFixture();
    const entries = made.ranking.entries.map((entry) =>
      entry.verdict === "diverged" ? { ...entry, unavailable: entry.diverged } : entry,
    );
    const results = resultsFixture([{ ...made, ranking: { ...made.ranking, entries } }]);
    const document = parse(render({ ...results, computedOn: [{ cpu: "AMD EPYC", trials: 9 }] }));
    const lost = rows(document, `Ranking on ${made.name}`).find(([loss]) => loss?.startsWith("Jensen"));
    expect(lost?.slice(1, 3)).toEqual(["–", "✕not available 3/10"]);
    expect(textOf(document.querySelector("ul.verdicts"))).toMatch(/✕1 not available$/);
    expect(textOf(document.querySelector("main"))).toContain("not available 3 of 10");
    expect(rows(document, "Versions and sources")).toContainEqual(["computed on", "AMD EPYC: 9 trials"]);
    expect(textOf(parse(render(results)).querySelector("main"))).not.toContain("computed on");
  });

  it("is still a report where nothing ran or everything but the baseline diverged", () => {
    const none = datasetFixture({ seeds: { planned: [0], complete: [] } });
    const entries = none.ranking.entries.map((e) => ({ ...e, mean: null, sd: null, n: 0, difference: null }));
    const [{ difference }] = none.ranking.entries;
    const beside = entries.map((entry) => (entry.verdict === "reference" ? { ...entry, difference } : entry));
    const compared = { ...none, ranking: { ...none.ranking, entries: beside } };
    expect(textOf(parse(render(resultsFixture([compared]))).querySelector("main"))).toContain(
      "No loss was tested against the baseline",
    );
    const empty = { ...none, trials: [], model: null, ranking: { ...none.ranking, entries } };
    const text = textOf(parse(render(resultsFixture([empty]))).querySelector("main"));
    expect(text).toContain("No loss was tested against the baseline");
    expect(text).not.toMatch(/NaN|undefined|null/);
  });

  it("claims nothing on a test file: scores and differences of seeds, and why there is no verdict", () => {
    const seeds = { planned: [0, 1, 2], complete: [0, 1, 2] };
    const summary = "No verdict against cross-entropy: every seed is tested on the same rows.";
    const made = datasetFixture({ testRows: 200, folds: 1, seeds, diverging: null });
    const results = resultsFixture([{ ...made, ranking: { ...made.ranking, summary } }]);
    const document = parse(render(results));
    expect(textOf(document.querySelector("h1"))).toBe(summary);
    expect(textOf(document.querySelector("dl.facts"))).toContain("3 seeds on one test file of 200 rows");
    const heads = [...document.querySelectorAll(`table[aria-label="Ranking on ${made.name}"] thead th`)];
    expect(heads.map(textOf)).toEqual([
      "Loss",
      "Difference",
      "Verdict",
      "balanced accuracy mean ± sd",
      "Time median per trial, tuning included",
    ]);
    const [best, ...others] = rows(document, `Ranking on ${made.name}`);
    expect(best?.[1]).toMatch(/^[+−]\d\.\d{3}$/);
    for (const [, , verdict] of [best!, ...others])
      expect(verdict).toMatch(/^(○not tested|◆baseline|·reference)$/);
    const text = textOf(document.querySelector("main"));
    expect(text).toContain("Seed by seed");
    expect(text).toContain("Each symbol is the difference between a loss and the baseline on one seed");
    expect(text).not.toMatch(/Holm|interval with|How probable|P\(same\)/);
    expect(text).not.toMatch(/test folds?\b|\d folds?\b|of the folds|NaN|undefined/);
    const figures = [...document.querySelectorAll("svg")].map((svg) => svg.getAttribute("aria-description"));
    expect(figures.join()).not.toMatch(/interval|fold/);
    expect(document.querySelectorAll(".mm-interval line, .mm-probability rect")).toHaveLength(0);
    expect(document.querySelectorAll(".mm-mean-difference > *").length).toBeGreaterThan(5);
  });

  it("puts all data sets together first, then a section each", () => {
    const several = [report, datasetFixture({ name: "vehicle", task: "multiclass" })];
    const document = parse(render(resultsFixture(several, acrossFixture())));
    const heads = [...document.querySelectorAll("h2")].map(textOf);
    expect(heads).toEqual([
      "Over all data sets",
      "pima_diabetes",
      "vehicle",
      "Settings and versions",
      "How to read the statistics",
    ]);
    expect(textOf(document.querySelector("h1"))).toBe(acrossFixture().summary);
    const targets = [...document.querySelectorAll("nav a")].map(
      (a) => a.getAttribute("href")?.slice(1) ?? "",
    );
    expect(targets.filter((id) => document.getElementById(id) === null)).toEqual([]);
    const ranks = rows(document, "Ranks of the losses on every data set");
    expect(ranks).toHaveLength(12);
    expect(ranks.map((cells) => Number(cells[1]))).toEqual(
      [...acrossFixture().averageRanks].sort((a, b) => a - b).map((r) => Number(r.toFixed(2))),
    );
  });

  it("stays a page one can scroll with 10,000 columns, and says where the rest is", () => {
    const features = Array.from({ length: 10_000 }, (_, i) => ({ ...report.features[0]!, name: `x${i}` }));
    const notes = features.map(({ name }) => ({ level: "info" as const, column: name, text: "constant" }));
    const document = parse(render(resultsFixture([{ ...report, features, notes }])));
    expect(rows(document, "Input columns")).toHaveLength(100);
    expect(textOf(document.querySelector("main"))).toContain("9900 more columns");
  });

  it("gives the same text for the same results", () => {
    const ids = (text: string): string => text.replace(/plot-clip-\d+/g, "clip");
    expect(ids(render(resultsFixture([datasetFixture()])))).toBe(ids(markup));
  });
});
