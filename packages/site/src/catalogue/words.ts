import type { Verdict } from "./entry.ts";

/** How a verdict is marked, in addition to its words: classes have the colours of the figures. */
export const verdictMarks: Record<Verdict, { glyph: string; className: string }> = {
  reproduced: { glyph: "✓", className: "better" },
  "partly reproduced": { glyph: "◐", className: "undecided" },
  "not reproduced": { glyph: "✕", className: "worse" },
  undecided: { glyph: "?", className: "undecided" },
  "not measured": { glyph: "○", className: "undecided" },
};

const months = "January February March April May June July August September October November December".split(
  " ",
);

/** Returns a month in words: `2023-04` is `April 2023`. */
export function monthName(date: string): string {
  const [year, month] = date.split("-");
  return `${months[Number(month) - 1]} ${year}`;
}

/** Returns a time as one reads it: `58 s`, `4 min`. */
export function duration(seconds: number): string {
  return seconds < 100 ? `${seconds} s` : `${Math.round(seconds / 6) / 10} min`;
}

export function plural(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? "" : "s"}`;
}
