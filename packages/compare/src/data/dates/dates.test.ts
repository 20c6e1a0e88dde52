import { describe, expect, it } from "vitest";
import { csv, datasetOf, datasetRefusal, repeat } from "../../../../../test/support/datasets.ts";
import { tableOf } from "../../../../../test/support/tables.ts";
import { encode, encodeTable } from "../encode.ts";
import { fitEncoder } from "../encoder.ts";
import { dateOfNumber, parseDate } from "./parse-date.ts";

const at = (text: string): number => Date.parse(text);

describe("parseDate", () => {
  it.each([
    ["2021-03-12", "2021-03-12T00:00Z"],
    ["2021/3/2", "2021-03-02T00:00Z"],
    ["2021.03.12 14:05", "2021-03-12T14:05Z"],
    ["2021-03-12T14:05:30.25", "2021-03-12T14:05:30.250Z"],
    ["2021-03", "2021-03-01T00:00Z"],
    ["12 Mar 2021", "2021-03-12T00:00Z"],
    ["12-MAR-21", "2021-03-12T00:00Z"],
    ["1st of March 2021", null],
    ["1st March 2021", "2021-03-01T00:00Z"],
    ["March 12, 2021 2:05 PM", "2021-03-12T14:05Z"],
    ["Sept 3, 2021", "2021-09-03T00:00Z"],
    ["Fri, 12 Mar 2021 10:00:00 +0000", "2021-03-12T10:00Z"],
    ["May 2021", "2021-05-01T00:00Z"],
    ["2021-Mar-12", "2021-03-12T00:00Z"],
    ["12-Mar-69", "1969-03-12T00:00Z"],
    ["12-Mar-68", "2068-03-12T00:00Z"],
    ["2024-02-29", "2024-02-29T00:00Z"],
    ["2023-02-29", null],
    ["2021-13-01", null],
    ["2021-03-00", null],
    ["2021-03-12 24:00", null],
    ["2021-03-12 13:05 PM", null],
    ["Marathon 2021", null],
    ["3.14159", null],
    ["12:30", null],
    ["2021", null],
  ])("reads %s", (text, expected) => {
    const moment = parseDate(text, null);
    expect(moment !== null && "wall" in moment ? moment.wall : null).toBe(
      expected === null ? null : at(expected),
    );
  });

  it("reads day and month before the year in the order that is given", () => {
    const wall = (text: string, order: "dmy" | "mdy"): number | undefined => {
      const moment = parseDate(text, order);
      return moment !== null && "wall" in moment ? moment.wall : undefined;
    };
    expect(wall("3/12/2021", "dmy")).toBe(at("2021-12-03T00:00Z"));
    expect(wall("3/12/2021", "mdy")).toBe(at("2021-03-12T00:00Z"));
    expect(wall("3.12.21 9:05", "dmy")).toBe(at("2021-12-03T09:05Z"));
    expect(wall("13/12/2021", "mdy")).toBeUndefined();
    expect(parseDate("3/12/2021", null)).toEqual({ first: 3, second: 12, mark: "/" });
  });

  it("keeps the time as it is written beside the instant", () => {
    expect(parseDate("2021-06-12T23:30:00+02:00", null)).toEqual({
      wall: at("2021-06-12T23:30Z"),
      instant: at("2021-06-12T21:30Z"),
      hasDay: true,
      hasTime: true,
      hasZone: true,
    });
    expect(parseDate("2021-06-12 01:00 -0530", null)).toMatchObject({ instant: at("2021-06-12T06:30Z") });
  });

  it("reads numbers that stand for dates", () => {
    expect(dateOfNumber(20210312)?.wall).toBe(at("2021-03-12T00:00Z"));
    expect(dateOfNumber(1615557600)?.wall).toBe(at("2021-03-12T14:00Z"));
    expect(dateOfNumber(1615557600000)?.wall).toBe(at("2021-03-12T14:00Z"));
    expect([20211301, 17, 1e20, Number.NaN].map(dateOfNumber)).toEqual([null, null, null, null]);
  });
});

const y = repeat(["u", "v"], 24);
const x = Array.from({ length: 24 }, (_, i) => String((i * 7) % 5));
/** The tenth of each month of two years, at six or at eighteen. */
const days = Array.from(
  { length: 24 },
  (_, i) =>
    `${2020 + Math.floor(i / 12)}-${String((i % 12) + 1).padStart(2, "0")}-10 ${i % 2 === 0 ? "06" : "18"}:00`,
);

describe("a column of dates", () => {
  it("becomes a trend, the year, and levels of what recurs", async () => {
    const { features, notes } = await datasetOf(csv({ day: days, x, y }));
    expect(features.map(({ name, kind }) => [name, kind])).toEqual([
      ["day days", "numeric"],
      ["day year", "numeric"],
      ["day month", "categorical"],
      ["day weekday", "categorical"],
      ["day hour", "categorical"],
      ["x", "numeric"],
    ]);
    const [trend, year, month, , hour] = features;
    expect(trend).toMatchObject({ date: { column: "day", part: "days", order: null } });
    expect(trend!.kind === "numeric" && trend!.values[1]! - trend!.values[0]!).toBe(31.5);
    expect(year!.kind === "numeric" && [...year!.values].slice(10, 14)).toEqual([2020, 2020, 2021, 2021]);
    expect(month!.kind === "categorical" && month!.levels.slice(0, 3)).toEqual(["Jan", "Feb", "Mar"]);
    expect(hour).toMatchObject({ levels: ["6", "18"] });
    expect(notes).toContainEqual({
      level: "info",
      column: "day",
      text: "read as dates (all values are dates) from 2020-01-10 to 2021-12-10; inputs are days, year, month, weekday, hour",
    });
  });

  it("has no inputs for what never differs, and keeps clear of names that are taken", async () => {
    const within = Array.from({ length: 24 }, (_, i) => `2021-05-${String(i + 1).padStart(2, "0")}`);
    const given = csv({ day: within, "day days": x, y });
    expect((await datasetOf(given)).features.map(({ name }) => name)).toEqual([
      "day days (date)",
      "day weekday",
      "day days",
    ]);
  });

  it.each([
    ["a number above 12 in the first place", "3/4/2021", "13/4/2021", "dmy"],
    ["a number above 12 in the second place", "3/4/2021", "4/13/2021", "mdy"],
    ["dots", "3.4.2021", "4.5.2021", "dmy"],
  ])("has its order of day and month by %s", async (_, first, second, order) => {
    const [feature] = (await datasetOf(csv({ day: repeat([first, second], 24), x, y }))).features;
    expect(feature).toMatchObject({ date: { order } });
  });

  it("has the order in which its rows are sorted, or that of another column", async () => {
    const sorted = Array.from(
      { length: 24 },
      (_, i) => `${(i % 12) + 1}/${((i * 5) % 12) + 1}/${2001 + Math.floor(i / 12)}`,
    );
    const [own] = (await datasetOf(csv({ day: sorted, x, y }))).features;
    expect(own).toMatchObject({ date: { order: "mdy" } });
    const unsure = repeat(["3/4/2021", "1/9/2020", "2/2/2021"], 24);
    const both = csv({ day: unsure, other: repeat(["13/1/2021", "2/2/2021"], 24), x, y });
    const [borrowed] = (await datasetOf(both)).features;
    expect(borrowed).toMatchObject({ name: "day days", date: { order: "dmy" } });
  });

  it("is none where nothing tells the order, and says what would", async () => {
    const given = csv({ day: repeat(["3/4/2021", "1/9/2020", "2/2/2021"], 24), x, y });
    const { features, notes } = await datasetOf(given);
    expect(features[0]!.kind).toBe("categorical");
    expect(notes).toContainEqual({
      level: "warning",
      column: "day",
      text: "read as categories, not as dates: an ambiguous order of day and month, e.g. in '3/4/2021' (line 2); say it with --types day=date-dmy or day=date-mdy",
    });
    const { notes: quoted } = await datasetOf(given.replace("day", "signed up"));
    expect(quoted.map(({ text }) => text).join()).toContain(
      "say it with --types 'signed up=date-dmy' or 'signed up=date-mdy'",
    );
    const said = await datasetOf(given, { types: { day: "date-mdy" } });
    expect(said.features[0]).toMatchObject({ name: "day days", date: { order: "mdy" } });
    expect(await datasetRefusal(given, { types: { day: "date" } })).toMatch(
      /^DataError: a.csv: column 'day': expected dates in one order, got an ambiguous order/,
    );
  });

  it.each([
    ["a stray text", "unknown", "23 of 24 values are dates, 1 is not: 'unknown' (line 2)"],
    ["both orders", "31/1/2021", "dates with the day first ('31/1/2021' (line 2)) and with the month first"],
  ])("with %s is none, and says so", async (_, stray, reason) => {
    const rest = repeat(["1/13/2021", "2/14/2021"], 23);
    const { features, notes } = await datasetOf(csv({ day: [stray, ...rest], x, y }));
    expect(features[0]!.kind).toBe("categorical");
    expect(notes.find(({ column }) => column === "day")?.text).toContain(reason);
  });

  it("refuses what is no date where --types says that it holds some", async () => {
    const given = csv({ day: ["soon", ...days.slice(1)], x, y });
    expect(await datasetRefusal(given, { types: { day: "date" } })).toBe(
      "DataError: a.csv, line 2: column 'day': expected a date, as its type was set to date, got 'soon'",
    );
    const compact = Array.from({ length: 24 }, (_, i) => `202103${String(i + 1).padStart(2, "0")}`);
    expect((await datasetOf(csv({ day: compact, x, y }))).features[0]!.kind).toBe("numeric");
    const [said] = (await datasetOf(csv({ day: compact, x, y }), { types: { day: "date" } })).features;
    expect(said).toMatchObject({ name: "day days", kind: "numeric" });
  });

  it("may lack some: empty cells, and what databases write for none", async () => {
    const some = ["", "0000-00-00", "-", ...days.slice(3)];
    const { features } = await datasetOf(csv({ day: some, x, y }));
    const [trend, , month] = features;
    expect(trend!.kind === "numeric" && [...trend!.values].slice(0, 4).map(Number.isNaN)).toEqual([
      ...[true, true, true, false],
    ]);
    expect(month!.kind === "categorical" && [...month!.codes].slice(0, 3)).toEqual([-1, -1, -1]);
  });

  it("warns where some cells have a time zone and others none", async () => {
    const mixed = days.map((day, i) => (i % 3 === 0 ? `${day}Z` : day));
    const { notes } = await datasetOf(csv({ day: mixed, x, y }));
    expect(notes.some(({ level, text }) => level === "warning" && text.includes("time zone"))).toBe(true);
  });

  it("is encoded for a new file as for its own, however that writes its dates", async () => {
    const given = csv({ day: days, x, y });
    const dataset = await datasetOf(given);
    const rows = Int32Array.from({ length: 24 }, (_, i) => i);
    const encoder = JSON.parse(JSON.stringify(fitEncoder(dataset, rows)));
    const { x: own } = encode(encoder, dataset, rows);
    expect(encodeTable(encoder, await tableOf(given)).x).toEqual(own);
    const other = days.map((day) => new Date(`${day.replace(" ", "T")}Z`).toUTCString());
    const renamed = csv({ x, day: other.map((text) => text.replace("GMT", "+0000").replace(",", "")) });
    expect(encodeTable(encoder, await tableOf(renamed)).x).toEqual(own);
  });

  it("of a new file may lack some, and a text in it is refused, or its row is unreadable", async () => {
    const dataset = await datasetOf(csv({ day: days, x, y }));
    const encoder = fitEncoder(
      dataset,
      Int32Array.from({ length: 24 }, (_, i) => i),
    );
    const table = await tableOf("day,x\n2021-03-10,1\nsoon,2\n,3\n");
    expect(() => encodeTable(encoder, table)).toThrow(
      /line 3: column 'day': expected a date, as in training, got 'soon'/,
    );
    const faults = new Map();
    const { x: inputs } = encodeTable(encoder, table, faults);
    expect([...faults.keys()]).toEqual([1]);
    expect(inputs.every(Number.isFinite)).toBe(true);
    await expect(async () => encodeTable(encoder, await tableOf("x\n1\n2\n"))).rejects.toThrow(
      /expected the column 'day', got only 'x'$/,
    );
  });
});
