import { listed, quoted } from "../data-error.ts";

/** How numbers of a column are written, where that is not as in a program. */
export interface NumberFormat {
  decimal: "." | ",";
  /** What separates groups of three digits; none if empty. A space stands for every kind of space. */
  group: "" | "." | "," | "'" | " ";
  /** The one currency of the column, before or after the number, which some cells may lack. */
  currency?: string;
  /** Every number is followed by a percent sign. */
  percent?: true;
}

const codes =
  "USD|EUR|GBP|JPY|CHF|CNY|RMB|INR|AUD|CAD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|RON|RUB|TRY|BRL|MXN|ZAR|KRW|SGD|HKD|TWD|ILS|THB|IDR|MYR|PHP|AED|SAR|UAH|BGN|Rs\\.?|Fr\\.|kr\\.?|zł|Kč|Ft|円|元|원|(?:R|US|A|C|NT|HK|S|NZ)\\$";
const currencySign = `${codes}|\\p{Sc}`;
const gap = "[ \\u00a0\\u2009\\u202f]";
const sign = `([+\\-−]${gap}?)?`;
/** Sign, currency, sign, digits with marks, exponent, sign, currency or percent sign. */
const shape = new RegExp(
  `^${sign}(?:(${currencySign})${gap}*)?${sign}((?:\\d[\\d.,'’ \\u00a0\\u2009\\u202f]*|[.,]\\d+))([eE][+-]?\\d+)?(?:${gap}?(%|${currencySign}))?([\\-−])?$`,
  "u",
);
/** Zero in the accounts of some programs: a currency and a dash. */
const nothing = new RegExp(`^(${currencySign})${gap}*[-–]$`, "u");

interface Parts {
  sign: string;
  body: string;
  exponent: string;
  currency: string;
  percent: boolean;
}

/** Signs and codes of the same currency. */
const sameCurrency: Record<string, string> = {
  "€": "EUR",
  $: "USD",
  US$: "USD",
  "£": "GBP",
  "¥": "JPY",
  "₹": "INR",
};

/** Whether two ways of writing it mean the same currency. */
function isCurrency(a: string, b: string): boolean {
  return a === b || (sameCurrency[a] ?? a) === (sameCurrency[b] ?? b);
}

/** The parts of a cell that has the shape of a number in some country, or null. `(5)` is -5, as accounts have it. */
function numberParts(cell: string): Parts | null {
  if (cell.length > 64) return null;
  const zero = nothing.exec(cell);
  if (zero !== null) return { sign: "", body: "0", exponent: "", currency: zero[1]!, percent: false };
  const inside = /^\((.*)\)$/.exec(cell);
  const match = shape.exec(inside === null ? cell : inside[1]!.trim());
  if (match === null) return null;
  const [, first = "", before = "", second = "", digits = "", exponent = "", after = "", last = ""] = match;
  const signs = [first, second, last, inside === null ? "" : "-"].filter((one) => one !== "");
  if (signs.length > 1 || (before !== "" && after !== "" && after !== "%")) return null;
  // One spelling for each mark.
  const body = digits
    .trimEnd()
    .replace(/[\u00a0\u2009\u202f]/g, " ")
    .replaceAll("’", "'");
  if (!/\d$/.test(body) && !/^\d+[.,]$/.test(body)) return null;
  return {
    sign: (signs[0] ?? "").trim().replace("−", "-"),
    body,
    exponent,
    currency: before || (after === "%" ? "" : after),
    percent: after === "%",
  };
}

/** Returns what is not plain in a way of writing numbers: `decimal commas and the currency $`. */
export function describeFormat({ decimal, group, currency, percent }: NumberFormat): string {
  const parts = [
    ...(decimal === "," ? ["decimal commas"] : []),
    ...(group === "" ? [] : [`${quoted(group)} between thousands`]),
    ...(currency === undefined ? [] : [`the currency ${currency}`]),
    ...(percent === true ? ["percent signs"] : []),
  ];
  return parts.length < 2 ? parts.join() : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

/** What the marks of one number say: certain of a decimal or group mark, or one mark before three digits, which can be both. */
type Reading =
  | { kind: "none" }
  | { kind: "certain"; decimal: "." | "," | null; group: NumberFormat["group"] }
  | { kind: "either"; mark: "." | "," };

/** Reads the marks of digits; null where they fit no number. Leading zeros are codes. */
function readMarks(body: string): Reading | null {
  if (/^\d+$/.test(body)) return /^0\d/.test(body) ? null : { kind: "none" };
  const grouped = /^([1-9]\d{0,2})(?:([.,' ])(\d{3}(?:\2\d{3})*))(?:([.,])(\d+))?$/.exec(body);
  if (grouped !== null) {
    const [, , mark, rest, point] = grouped;
    const group = mark as NumberFormat["group"];
    if (point !== undefined) return point === mark ? null : { kind: "certain", decimal: point as ".", group };
    if (group === "'" || group === " " || rest!.length > 3) return { kind: "certain", decimal: null, group };
    return { kind: "either", mark: mark as "." | "," };
  }
  // Lakhs and crores.
  const indian = /^[1-9]\d?(?:,\d{2})+,\d{3}(?:(\.)\d+)?$/.exec(body);
  if (indian !== null) return { kind: "certain", decimal: indian[1] === undefined ? null : ".", group: "," };
  const decimal = /^(\d*)([.,])(\d*)$/.exec(body);
  if (decimal === null || /^0\d/.test(decimal[1]!)) return null;
  return { kind: "certain", decimal: decimal[2] as "." | ",", group: "" };
}

/** Whether a cell looks like a number in some country, or a code of digits. */
export function looksLikeNumber(cell: string): boolean {
  const parts = numberParts(cell);
  return parts !== null && (/^\d+$/.test(parts.body) || readMarks(parts.body) !== null);
}

/** What the cells of one column say about its numbers; fed cell by cell. */
export interface FormatEvidence {
  /** Cells of the shape of a number that a program would not read as one. */
  foreign: number;
  /** Plain whole numbers below 1000, which have no group mark to show. */
  small: number;
  decimals: Set<"." | ",">;
  groups: Set<NumberFormat["group"]>;
  /** Marks before exactly three digits, where nothing else shows what they are. */
  either: Set<"." | ",">;
  currencies: Set<string>;
  percents: number;
  /** Negative numbers as accounts write them: `(5)`, `5-`. */
  accounting: boolean;
  numbers: number;
  /** Cells that are neither numbers nor missing, and the first of them. */
  texts: number;
  text: string;
  /** The first cell that needs a decision. */
  example: string;
}

export function noEvidence(): FormatEvidence {
  return {
    foreign: 0,
    small: 0,
    decimals: new Set(),
    groups: new Set(),
    either: new Set(),
    currencies: new Set(),
    percents: 0,
    accounting: false,
    numbers: 0,
    texts: 0,
    text: "",
    example: "",
  };
}

/** Adds a cell; false where it has not the shape of a number, so that the column is text. */
export function addEvidence(evidence: FormatEvidence, cell: string): boolean {
  const parts = numberParts(cell);
  if (parts === null) return false;
  let reading = readMarks(parts.body);
  if (reading === null) return false;
  // One digit and an exponent are no thousands.
  if (reading.kind === "either" && parts.exponent !== "")
    reading = { kind: "certain", decimal: reading.mark, group: "" };
  evidence.numbers++;
  if (parts.percent) evidence.percents++;
  if (/^\(|[-−]$/.test(cell) && parts.sign !== "") evidence.accounting = true;
  const { currency } = parts;
  if (currency !== "" && ![...evidence.currencies].some((one) => isCurrency(one, currency)))
    evidence.currencies.add(currency);
  const plain = currency === "" && !parts.percent && /^[+-]?[\d.]/.test(cell) && !/[-−]$/.test(cell);
  if (reading.kind === "certain") {
    if (reading.decimal !== null) evidence.decimals.add(reading.decimal);
    if (reading.group !== "") evidence.groups.add(reading.group);
  } else if (reading.kind === "either") evidence.either.add(reading.mark);
  else if (parts.body.length < 4) evidence.small++;
  const asProgram =
    plain &&
    (reading.kind === "none" ||
      (reading.kind === "certain" && reading.decimal === "." && reading.group === "") ||
      (reading.kind === "either" && reading.mark === "."));
  if (!asProgram) evidence.foreign++;
  if (evidence.example === "" && (!asProgram || reading.kind === "either")) evidence.example = cell;
  return true;
}

/** What is known of the file that a column is in. */
export interface FileMarks {
  delimiter: string;
  /** A column with certain decimal commas, or certain decimal points. */
  commas: boolean;
  points: boolean;
}

/** A decision on the numbers of a column. */
export type FormatDecision =
  | { kind: "plain" }
  /** `unsure`: a number such as `1.234` that is read as 1234 only as the file has decimal commas elsewhere. */
  | { kind: "format"; format: NumberFormat; unsure?: string }
  /** `1.234` read as a program reads it, where it could have been 1234. */
  | { kind: "decimal-point"; example: string }
  /** Numbers that can be read in two ways: the column stays text. */
  | { kind: "text"; why: string };

/**
 * Decides what the marks of a column's numbers are, from all of its cells.
 *
 * A mark before exactly three digits, where nothing in the column shows more: a dot is a group mark if the file has decimal commas
 * elsewhere, else a decimal point. A comma is a decimal comma if the file has some elsewhere or is delimited by `;`, and a group mark if it
 * is delimited by commas, has decimal points elsewhere, or the column has whole numbers below 1000 without one.
 */
export function decideFormat(evidence: FormatEvidence, file: FileMarks): FormatDecision {
  const { decimals, groups, either, currencies, percents, numbers, foreign, small, example } = evidence;
  const unclear = (why: string): FormatDecision => ({ kind: "text", why });
  if (numbers === 0) return { kind: "plain" };
  if (currencies.size > 1) return unclear(`numbers of several currencies (${listed([...currencies], 3)})`);
  if (percents > 0 && percents < numbers) return unclear("numbers with and without a percent sign");
  if (decimals.size > 1) return unclear("numbers with a decimal comma and with a decimal point");
  let [decimal] = [...decimals];
  const marks = new Set<NumberFormat["group"]>(groups);
  for (const mark of either) {
    // Together with certain marks there is but one reading.
    if (decimal === mark || (decimal === undefined && marks.size === 0 && isDecimal(mark))) decimal = mark;
    else marks.add(mark);
  }
  // `1,234` along with decimal commas in other columns of a file of commas: either may be meant.
  if (file.delimiter === "," && file.commas && either.has(",") && decimals.size === 0 && groups.size === 0)
    return unclear(`${quoted(example)} could have a decimal comma or a mark of thousands`);
  const dotted = either.has(".") && groups.size === 0 && decimals.size === 0 && marks.size === 0;
  if (marks.size > 1 || (decimal !== undefined && marks.has(decimal)))
    return unclear("numbers whose dots and commas mean different things in different rows");
  if (marks.size === 0 && decimal === "," && either.has(",") && decimals.size === 0 && !sureOfComma())
    return unclear(`${quoted(example)} could have a decimal comma or a mark of thousands`);
  if (foreign === 0 && marks.size === 0)
    return dotted && file.delimiter === ";" ? { kind: "decimal-point", example } : { kind: "plain" };
  const [currency] = [...currencies];
  const unsure = marks.has(".") && groups.size === 0 && decimals.size === 0;
  return {
    kind: "format",
    ...(unsure && { unsure: example }),
    format: {
      decimal: decimal ?? (marks.has(".") ? "," : "."),
      group: [...marks][0] ?? "",
      ...(currency !== undefined && { currency }),
      ...(percents > 0 && { percent: true as const }),
    },
  };

  function isDecimal(mark: "." | ","): boolean {
    if (mark === ".") return !file.commas;
    // Between commas, a comma in a number is in quotes: marks of thousands are, and decimal commas hardly.
    if (file.delimiter === ",") return false;
    if (file.commas !== file.points) return file.commas;
    return file.delimiter === ";" || small === 0;
  }
  function sureOfComma(): boolean {
    return small === 0 && (file.commas || file.delimiter === ";");
  }
}

/**
 * Returns the cell as a program would write it (`1.234,5 €` as `1234.5`), or null where it is not written in this way: group marks count
 * only between groups of three digits.
 */
export function plainSpelling(cell: string, format: NumberFormat): string | null {
  const parts = numberParts(cell);
  if (parts === null) return null;
  const { currency } = format;
  if (parts.currency !== "" && (currency === undefined || !isCurrency(parts.currency, currency))) return null;
  if (parts.percent && format.percent !== true) return null;
  const reading = readMarks(parts.body);
  if (reading === null) return null;
  let body = parts.body;
  if (reading.kind === "certain") {
    if (reading.group !== "" && reading.group !== format.group) return null;
    if (reading.decimal !== null && reading.decimal !== format.decimal) return null;
  } else if (reading.kind === "either" && reading.mark !== format.group && reading.mark !== format.decimal) {
    return null;
  }
  const grouped = format.group !== "" && parts.exponent === "";
  if (reading.kind === "either" && !grouped && reading.mark !== format.decimal) return null;
  if (grouped) body = body.replaceAll(format.group, "");
  return parts.sign + body.replace(format.decimal, ".") + parts.exponent;
}
