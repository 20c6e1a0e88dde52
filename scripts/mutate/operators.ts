/** A node of the syntax tree (ESTree with TypeScript); which fields it has depends on `type`. */
export interface SyntaxNode {
  type: string;
  start: number;
  end: number;
  // biome-ignore lint/suspicious/noExplicitAny: the fields of a node depend on its type, and each operator reads those of one.
  [field: string]: any;
}

interface Replacement {
  start: number;
  end: number;
  text: string;
}

const pairs = (...both: [string, string][]): Map<string, string[]> => {
  const map = new Map<string, string[]>();
  for (const [a, b] of both) {
    map.set(a, [...(map.get(a) ?? []), b]);
    map.set(b, [...(map.get(b) ?? []), a]);
  }
  return map;
};

const operators = pairs(
  ["<", "<="],
  [">", ">="],
  ["<", ">="],
  [">", "<="],
  ["===", "!=="],
  ["+", "-"],
  ["*", "/"],
  ["&&", "||"],
  ["+=", "-="],
  ["*=", "/="],
  ["++", "--"],
  ["<<", ">>"],
  ["&", "|"],
);
operators.set("%", ["*"]).set("**", ["*"]).set(">>>", ["<<"]);

/** Methods that may be mistaken for each other, those of arrays of numbers among them. */
const methods = pairs(
  ["some", "every"],
  ["min", "max"],
  ["floor", "ceil"],
  ["minimum", "maximum"],
  ["add", "sub"],
  ["mul", "div"],
  ["greater", "less"],
  ["greaterEqual", "greater"],
  ["lessEqual", "less"],
  ["equal", "notEqual"],
  ["startsWith", "endsWith"],
  ["indexOf", "lastIndexOf"],
  ["sin", "cos"],
);
methods.set("expm1", ["exp"]).set("log1p", ["log"]).set("sum", ["mean"]).set("mean", ["sum"]);

/** Methods without which their object is left, and functions without which their argument is. */
const passing = new Set([
  ...["filter", "sort", "toSorted", "reverse", "toReversed", "slice", "trim", "toLowerCase", "neg"],
  ...["flat", "replaceAll", "replace"],
]);
const passingFunctions = new Set([
  "Math.abs",
  "Math.sqrt",
  "Math.floor",
  "Math.round",
  "np.square",
  "np.abs",
]);

/** What may stand in the place of a node, or of a part of it. */
export function replacementsOf(node: SyntaxNode, parent: SyntaxNode | null, source: string): Replacement[] {
  const textOf = ({ start, end }: SyntaxNode): string => source.slice(start, end);
  const whole = (text: string): Replacement => ({ start: node.start, end: node.end, text });
  switch (node.type) {
    case "BinaryExpression":
    case "LogicalExpression":
    case "AssignmentExpression": {
      if (node.operator === "??") return [whole(`(${textOf(node.left)})`)];
      if (node.operator === "+" && [node.left, node.right].some(isText)) return [];
      return swapped(node.operator, node.left.end, node.right.start, source);
    }
    case "UpdateExpression":
      // A loop that counts backwards never ends, which says nothing about its tests.
      if (parent?.type === "ForStatement") return [];
      return swapped(node.operator, node.start, node.end, source);
    case "UnaryExpression":
      return node.operator === "-" || node.operator === "!" ? [whole(`(${textOf(node.argument)})`)] : [];
    case "IfStatement":
    case "ConditionalExpression":
      return ["true", "false"].map((text) => ({ start: node.test.start, end: node.test.end, text }));
    case "WhileStatement":
    case "ForStatement":
      return node.test ? [{ start: node.test.start, end: node.test.end, text: "false" }] : [];
    case "ExpressionStatement":
      return parent?.type === "ArrowFunctionExpression" || node.directive ? [] : [whole(";")];
    case "ThrowStatement":
    case "ContinueStatement":
    case "BreakStatement":
      return [whole(";")];
    case "Literal":
      return literals(node, parent, source).map(whole);
    case "TemplateElement":
      return statements(source.slice(node.start, node.end)).map(whole);
    case "CallExpression":
      return calls(node, source);
    default:
      return [];
  }
}

function swapped(operator: string, from: number, to: number, source: string): Replacement[] {
  const start = source.indexOf(operator, from);
  if (start === -1 || start >= to) return [];
  return (operators.get(operator) ?? []).map((text) => ({ start, end: start + operator.length, text }));
}

const isText = ({ type, value }: SyntaxNode): boolean =>
  type === "TemplateLiteral" || (type === "Literal" && typeof value === "string");

function literals({ value, start, end }: SyntaxNode, parent: SyntaxNode | null, source: string): string[] {
  if (typeof value === "boolean") return [String(!value)];
  if (typeof value === "string") return statements(source.slice(start, end));
  if (typeof value !== "number" || parent?.type.startsWith("TS") || parent?.key?.start === start) return [];
  // Seeds and masks.
  return source.startsWith("0x", start) ? [] : numbers(value).map(String);
}

/** Other numbers than one: far enough away that a test can see it, near enough that a mistake could be it. */
function numbers(value: number): number[] {
  if (value === 0) return [1];
  if (Number.isInteger(value)) return value > 100 ? [2 * value, value / 2] : [value + 1, value - 1];
  if (Math.abs(value) < 1e-3) return [0, 0.1];
  // A level: 0.95 as 0.9, 0.5 as 0.25.
  return value > 0.5 && value < 1 ? [1 - 2 * (1 - value), (1 + value) / 2] : [2 * value, value / 2];
}

function calls({ callee, arguments: given, start, end }: SyntaxNode, source: string): Replacement[] {
  if (callee.type !== "MemberExpression" || callee.computed) return [];
  const { name, start: from, end: to } = callee.property;
  const swaps = (methods.get(name) ?? []).map((text) => ({ start: from, end: to, text }));
  const object = source.slice(callee.object.start, callee.object.end);
  if (passingFunctions.has(`${object}.${name}`) && given.length === 1)
    return [...swaps, { start, end, text: `(${source.slice(given[0].start, given[0].end)})` }];
  return passing.has(name) && object !== "np" ? [...swaps, { start, end, text: object }] : swaps;
}

const isStatement = /\b(select|insert into|update|delete from|where|order by)\b/i;
/** What may be mistaken in SQL. */
const words: readonly [RegExp, string][] = [
  [/ and /gi, " or "],
  [/ or /gi, " and "],
  [/ not /gi, " "],
  [/ desc\b/gi, " asc"],
  [/ for update skip locked/gi, ""],
  [/ (>=?|<=?) /g, " = "],
  [/ on conflict [^`]*?do nothing/gi, ""],
];

/** Other statements than one of SQL; none of any other text. */
function statements(text: string): string[] {
  if (!isStatement.test(text)) return [];
  return words.flatMap(([word, by]) =>
    [...text.matchAll(word)].map(
      ({ 0: found, index }) => text.slice(0, index) + by + text.slice(index + found.length),
    ),
  );
}
