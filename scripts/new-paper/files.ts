import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";

const template = new URL("./", import.meta.url);

const rule =
  "Both losses train the same networks on the same rows of the digits. Reproduced: the mean test accuracy of focal loss is higher by more than two standard errors of the paired differences. Partly reproduced: it is higher. Not reproduced: otherwise.";

/** The files of a new paper's folder, of which nothing is measured, by their paths in it. */
export function newPaper(slug: string, now: Date): Map<string, string> {
  const today = now.toISOString().slice(0, 10);
  const values: Record<string, string> = {
    SLUG: slug,
    RULE: rule,
    TODAY: today,
    DATE: today.slice(0, 7),
    MONTH: today.slice(2, 7).replace("-", ""),
  };
  const files = globSync("**/*.txt", { cwd: template }).map((path): [string, string] => [
    path.replace(/\.txt$/, ""),
    readFileSync(new URL(path, template), "utf8").replaceAll(
      /\b(SLUG|RULE|TODAY|DATE|MONTH)\b/g,
      (name) => values[name],
    ),
  ]);
  const ruleHash = createHash("sha256").update(rule).digest("hex").slice(0, 12);
  const log = [{ date: today, commit: null, about: "rule", seen: "nothing", what: "The rule.", ruleHash }];
  return new Map([...files, ["rule-log.json", `${JSON.stringify(log, null, 2)}\n`]]);
}
