import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { sampleCsv, tiny, workFolder } from "../../../../../test/support/cli.ts";
import { oneProcess } from "../../one-process.fixture.ts";

const { folder, at, resultsOf } = workFolder();
const run = oneProcess(folder);
const compare = (...args: string[]) => run(["compare", ...args]);
const small = ["-t", "y", ...tiny, "--patience", "2"];

beforeAll(async () => {
  writeFileSync(at("a.csv"), sampleCsv());
  expect(await compare("a.csv", ...small, "--hidden", "12,12", "--out", "teacher")).toMatchObject({
    code: 0,
  });
});

describe("minimand compare --distill-from", () => {
  it("adds the losses that learn from the teacher, says what it has seen, and keeps a student that predicts", async () => {
    const losses = ["--losses", "kd,dhkd,dhkd-aligned"];
    const ran = await compare("a.csv", ...small, ...losses, "--distill-from", "teacher", "--out", "student");
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stderr).toMatch(/the teacher teacher.model seems to have been trained on all of these rows/);
    const { candidates, datasets, settings } = resultsOf("student");
    expect(settings.distillFrom).toBe("teacher");
    expect(candidates.map(({ id }) => id)).toEqual(expect.arrayContaining(["kd", "dhkd", "dhkd-aligned"]));
    for (const id of ["kd", "dhkd", "dhkd-aligned"]) {
      const own = datasets[0].trials.filter(({ candidate }) => candidate === id);
      expect(
        own.map(({ status }) => status),
        id,
      ).toEqual(["ok", "ok"]);
    }
    const { network } = JSON.parse(readFileSync(at("student", "model", "model.json"), "utf8"));
    expect(network.hidden).toEqual([4]);
    expect(await run(["predict", "student", "a.csv"])).toMatchObject({ code: 0 });
  });

  it("says nothing of what the teacher has seen where another file is the test part", async () => {
    writeFileSync(at("test.csv"), sampleCsv(20));
    const args = ["--losses", "kd", "--distill-from", "teacher", "--test", "test.csv", "--out", "tested"];
    const ran = await compare("a.csv", ...small, ...args);
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stderr).not.toMatch(/seems to have been trained/);
    expect(resultsOf("tested").datasets[0].trials.some(({ candidate }) => candidate === "kd")).toBe(true);
  });

  it("runs distillation anew for another teacher, and nothing else", async () => {
    const common = [...small, "--losses", "focal,kd", "--out", "again"];
    expect(await compare("a.csv", ...common, "--distill-from", "teacher")).toMatchObject({ code: 0 });
    const other = [...small, "--hidden", "6", "--out", "other-teacher"];
    expect(await compare("a.csv", ...other)).toMatchObject({ code: 0 });
    const before = resultsOf("again").datasets[0].trials;
    const ran = await compare("a.csv", ...common, "--distill-from", "other-teacher");
    expect(ran).toMatchObject({ code: 0 });
    // Two folds of five rows; only the two of kd are made again.
    expect(ran.stderr).toMatch(/8 of 10 trials are already finished/);
    const after = resultsOf("again").datasets[0].trials;
    const of = (trials: typeof before, id: string) =>
      trials.filter(({ candidate }) => candidate === id).map(({ curve, seconds }) => ({ curve, seconds }));
    expect(of(after, "focal")).toEqual(of(before, "focal"));
    expect(of(after, "kd")).not.toEqual(of(before, "kd"));
  });

  it("leaves distillation out where there is no teacher, and refuses it by name", async () => {
    expect(resultsOf("teacher").candidates.some(({ id }) => id === "kd")).toBe(false);
    const ran = await compare("a.csv", "-t", "y", "--losses", "dhkd", "--out", "none");
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr.trim()).toBe(
      "minimand: --distill-from: expected a kept model as the teacher that dhkd needs, got none",
    );
  });

  it("refuses a folder without a model, and a teacher of other classes, before anything is written", async () => {
    const absent = await compare("a.csv", ...small, "--distill-from", "nowhere", "--out", "none");
    expect(absent).toMatchObject({ code: 2, stdout: "" });
    expect(absent.stderr).toMatch(/nowhere: no such folder/);
    writeFileSync(at("b.csv"), sampleCsv().replace(/\byes\b/g, "perhaps"));
    const other = await compare("b.csv", ...small, "--distill-from", "teacher", "--out", "none");
    expect(other.code).not.toBe(0);
    expect(other.stderr).toMatch(
      /teacher.model: expected a teacher of the classes 'no', 'perhaps' of 'y', got one of 'no', 'yes'/,
    );
    expect(existsSync(at("none"))).toBe(false);
  });
});
