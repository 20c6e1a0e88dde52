import { globSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readReproduction, readTuned } from "./reproduction-file-shape.ts";

const papers = new URL("..", import.meta.url).pathname;
const reports = globSync("*/report*.json.gz", { cwd: papers });
const read = (name: string): string => gunzipSync(readFileSync(`${papers}${name}`)).toString();

describe("reports of reproductions", () => {
  it("are read as they are: all that are committed", () => {
    expect(reports.length).toBeGreaterThan(20);
    for (const name of reports) {
      const text = read(name);
      expect(readReproduction(text, name)).toEqual(JSON.parse(text));
    }
    for (const name of globSync("*/tuned.json", { cwd: papers }))
      readTuned(readFileSync(`${papers}${name}`, "utf8"), name);
  });

  it.each([
    ["card", "title"],
    ["card", "claim"],
    ["card", "ruleLog", 0, "what"],
    ["card", "pieces", 0],
    ["versions", "minimand"],
    ["rows", 0, "loss"],
    ["because"],
    ["verdict"],
    ["seconds"],
    ["trials", "total"],
  ])("are refused in one line with an object in a field: %s %s %s %s", (...path) => {
    const file = JSON.parse(read("comp-sum/report.json.gz"));
    const keys = path.filter((key) => key !== undefined);
    const parent = keys.slice(0, -1).reduce((own, key) => own[key], file);
    parent[keys.at(-1)!] = { markup: "<meta http-equiv=refresh>" };
    expect(() => readReproduction(JSON.stringify(file), "a/report.json")).toThrow(
      new RegExp(
        `^a/report\\.json: expected a report of minimand reproduce [^\\n]*'${keys.join("\\.")}'[^\\n]*$`,
      ),
    );
  });

  it("are refused where choices aren't rows", () => {
    expect(() => readTuned('{"rows":[],"choices":{"a":{"b":{}}}}', "tuned.json")).toThrow(
      /^tuned\.json: expected choices of minimand reproduce --tune, got 'Object' in the field 'choices\.a\.b'/,
    );
  });
});
