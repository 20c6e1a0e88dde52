import type { Finding } from "./check.ts";

/** At most so many exceptions in the whole project. */
export const mostExceptions = 30;

/** A comment `prose: allow WORD because REASON` in the line before a passage, or in it. */
export interface Exception {
  path: string;
  line: number;
  rule: string;
}

/** Returns the exceptions that a file writes down: in Markdown `<!-- prose: ... -->`, in TypeScript `// prose: ...`. */
export function exceptionsIn(path: string, text: string): Exception[] {
  const comment = path.endsWith(".md") ? /^ {0,3}<!-- prose: (.*?) -->/gm : /^\s*\/\/ prose: (.*)$/gm;
  return [...text.matchAll(comment)].map(({ 1: words, index }) => {
    const line = text.slice(0, index).split("\n").length;
    const [, phrase, word] = /^allow (?:"([^"]+)"|(\S+)) because \S/.exec(words) ?? [];
    const rule = phrase ?? word;
    if (rule === undefined)
      throw new SyntaxError(`${path}:${line}: expected "prose: allow WORD because REASON", got "${words}"`);
    return { path, line, rule: rule.toLowerCase() };
  });
}

/** Leaves out the findings that are excepted, and adds the exceptions that except nothing or are too many. */
export function applyExceptions(findings: readonly Finding[], exceptions: readonly Exception[]): Finding[] {
  const used = new Set<Exception>();
  const left = findings.filter(({ path, rule, lines: [first, last] }) => {
    const found = exceptions.find(
      (one) => one.path === path && one.rule === rule && one.line >= first - 2 && one.line <= last,
    );
    if (found !== undefined) used.add(found);
    return found === undefined;
  });
  const finding = ({ path, line, rule }: Exception, message: string): Finding => ({
    ...{ path, line, area: "exceptions", rule, message, text: "" },
    lines: [line, line],
  });
  return [
    ...left,
    ...exceptions.filter((one) => !used.has(one)).map((one) => finding(one, `no "${one.rule}" to allow`)),
    ...exceptions
      .slice(mostExceptions)
      .map((one) => finding(one, `${exceptions.length} exceptions, at most ${mostExceptions}`)),
  ];
}
