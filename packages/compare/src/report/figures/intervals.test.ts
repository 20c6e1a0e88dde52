import { describe, expect, it } from "vitest";
import { all, emptyDocument } from "../../../../../test/svg.ts";
import { type Interval, intervalsFigure } from "./intervals.ts";

const interval = (group: string, name: string, value: number, half = 0.1): Interval => ({
  group,
  name,
  value,
  low: value - half,
  high: value + half,
});

describe("intervalsFigure", () => {
  const intervals = [
    interval("uniform", "IPS", 0.4),
    interval("uniform", "DR", 0.45),
    interval("greedy", "IPS", 0.8),
  ];

  it("draws an interval and a value each, under the heads of their groups, and what they are compared with", () => {
    const svg = intervalsFigure(intervals, emptyDocument(), {
      xLabel: "reward",
      reference: { value: 0.5, label: "logged" },
    });
    expect(all(svg, "mm-interval", "line")).toHaveLength(3);
    expect(all(svg, "mm-interval-value", "circle")).toHaveLength(3);
    expect(all(svg, "mm-reference", "line")).toHaveLength(1);
    const texts = Array.from(svg.querySelectorAll("text"), (text) => text.firstChild?.textContent);
    for (const text of ["uniform", "greedy", "IPS", "DR", "logged", "reward"]) expect(texts).toContain(text);
    expect(svg.getAttribute("aria-description")).toContain("greedy, IPS: 0.800 [0.700, 0.900]");
  });

  it("draws numbers between which no tick is a float, as one", () => {
    const tiny = [interval("", "IPS", 2e-321, 0), interval("", "DR", 9e-321, 0)];
    const svg = intervalsFigure(tiny, emptyDocument(), { xLabel: "reward" });
    expect(all(svg, "mm-interval-value", "circle")).toHaveLength(2);
  });

  it("says what the ends are, or nothing of them, and has no head above values without a group", () => {
    const alone = [interval("", "IPS", 0.4), interval("", "DR", 0.45)];
    const described = (ends: string | null): string | null =>
      intervalsFigure(alone, emptyDocument(), { xLabel: "reward", ends }).getAttribute("aria-description");
    expect(described("with one standard error on either side")).toBe(
      "reward, with one standard error on either side. IPS: 0.400 [0.300, 0.500]; DR: 0.450 [0.350, 0.550].",
    );
    expect(described(null)).toBe("reward. IPS: 0.400; DR: 0.450.");
    const height = (intervals: Interval[]): number =>
      Number(intervalsFigure(intervals, emptyDocument(), { xLabel: "reward" }).getAttribute("height"));
    expect(height(alone)).toBeLessThan(height([interval("x", "IPS", 0.4), interval("x", "DR", 0.45)]));
  });

  it("shows names whole on a telephone, on several lines where one is too short, but for a word that is too long", () => {
    const names = ["SGD with momentum, L2", "SGD with momentum, decoupled decay", "x".repeat(80)];
    const drawn = (names: string[]) =>
      intervalsFigure(
        names.map((name) => interval("", name, 0.4)),
        emptyDocument(),
        { xLabel: "accuracy", width: 340 },
      );
    const svg = drawn(names);
    const shown = names.map((name) => {
      const text = Array.from(svg.querySelectorAll("text")).find(
        (one) => one.querySelector("title")?.textContent === name,
      )!;
      const lines = Array.from(text.querySelectorAll("tspan"), (line) => line.textContent);
      return lines.length === 0 ? [text.firstChild?.textContent] : lines;
    });
    expect(shown[0].join(" ")).toBe(names[0]);
    expect(shown[1].join(" ")).toBe(names[1]);
    expect(shown[1].length).toBeGreaterThan(1);
    expect(shown[2]).toEqual([expect.stringMatching(/^x{10,30}…$/)]);
    const height = (svg: Element): number => Number(svg.getAttribute("height"));
    expect(height(svg)).toBeGreaterThan(height(drawn(["a", "b", "c"])));
  });

  it("leaves out what isn't finite, and isn't stretched by one hopeless estimate", () => {
    const hopeless = [...intervals, interval("greedy", "DR", 0, 1e6), interval("x", "y", Number.NaN)];
    const svg = intervalsFigure(hopeless, emptyDocument(), { xLabel: "reward" });
    expect(all(svg, "mm-interval", "line")).toHaveLength(4);
    const texts = Array.from(svg.querySelectorAll("text"), (text) => text.textContent);
    expect(texts).toContain("0.6");
    const none = intervalsFigure([], emptyDocument(), { xLabel: "reward" });
    expect(all(none, "mm-interval", "line")).toHaveLength(0);
  });
});
