import {
  type Comment,
  type DeclarationReflection,
  type ParameterReflection,
  type Reflection,
  ReflectionKind,
  type SignatureReflection,
  type SomeType,
} from "typedoc";
import { indented, type LinkOf, partsText, tagsText } from "./comment-text.ts";
import type { Library } from "./read.ts";
import {
  argumentName,
  callText,
  escaped,
  type HrefOf,
  indexText,
  memberText,
  objectText,
  typeParametersText,
  typeText,
} from "./type-text.ts";

/** How a symbol is shown: where links on its page lead, and what its docstring says. */
export interface Shown {
  hrefOf: HrefOf;
  linkOf: LinkOf;
  parametersOf: Library["parametersOf"];
}

/** Characters of a signature on one line. */
const width = 84;

/** Returns the text on a symbol, in Markdown: how it is written, what it does, what it takes and returns. */
export function symbolText(symbol: DeclarationReflection, name: string, shown: Shown): string {
  const blocks =
    symbol.signatures !== undefined && symbol.kind === ReflectionKind.Function
      ? overloadBlocks(symbol.signatures, name, shown)
      : [codeBlock(headText(symbol, name, shown)), ...described(symbol.comment, symbol, shown)];
  const members = membersText(symbol, shown);
  return [...blocks, ...(members === "" ? [] : [members])].join("\n\n");
}

/** Overloads without a text of their own are in one block. */
function overloadBlocks(signatures: readonly SignatureReflection[], name: string, shown: Shown): string[] {
  const heads: string[] = [];
  const blocks: string[] = [];
  for (const signature of signatures) {
    heads.push(escaped(name) + callText(signature, shown.hrefOf, ": ", width));
    blocks.push(...described(signature.comment, signature, shown));
    const told = new Set(shown.parametersOf(signature).map(({ name = "" }) => name));
    const inner = (signature.parameters ?? [])
      .filter((parameter) => !isTold(parameter, told))
      .flatMap(({ type }) => innerMembers(type, shown));
    blocks.push(...inner, ...innerMembers(signature.type, shown));
  }
  return [codeBlock(heads.join("\n")), ...new Set(blocks)];
}

/** Whether lines as `@param options.clip` say all that is said of an argument's members. */
const isTold = (parameter: ParameterReflection, told: ReadonlySet<string>): boolean =>
  parameter.type?.type === "reflection" &&
  (parameter.type.declaration.children ?? []).every(
    ({ name, comment }) => comment === undefined || told.has(`${argumentName(parameter)}.${name}`),
  );

/** A signature isn't highlighted: its names are links. */
const codeBlock = (markup: string): string =>
  `<pre class="signature" v-pre><code>${markup.replaceAll("\n\n", "\n")}</code></pre>`;

function headText(symbol: DeclarationReflection, name: string, { hrefOf }: Shown): string {
  const types = typeParametersText(symbol.typeParameters, hrefOf);
  const above = [
    ["extends", symbol.extendedTypes],
    ["implements", symbol.implementedTypes],
  ] as const;
  const bases = above
    .map(([word, list = []]) =>
      list.length === 0 ? "" : ` ${word} ${list.map((type) => typeText(type, hrefOf)).join(", ")}`,
    )
    .join("");
  switch (symbol.kind) {
    case ReflectionKind.Interface:
      return `interface ${name}${types}${bases}`;
    case ReflectionKind.Class:
      return `class ${name}${types}${bases}`;
    case ReflectionKind.TypeAlias:
      return `type ${name}${types} = ${symbol.type === undefined ? objectText(symbol, hrefOf) : aliasText(symbol.type, hrefOf)}`;
    default:
      return `const ${escaped(name)}: ${typeText(symbol.type, hrefOf)}`;
  }
}

/** A long union has a line for each of its members. */
function aliasText(type: SomeType, hrefOf: HrefOf): string {
  const text = typeText(type, hrefOf);
  if (type.type !== "union" || text.replaceAll(/<[^>]*>/g, "").length < width) return text;
  return type.types.map((inner) => `\n  | ${typeText(inner, hrefOf)}`).join("");
}

function described(comment: Comment | undefined, of: Reflection, { linkOf, parametersOf }: Shown): string[] {
  const parameters = of.isSignature() ? parametersOf(of) : [];
  if (comment === undefined && parameters.length === 0) return [];
  const summary = comment === undefined ? "" : partsText(comment.summary, linkOf);
  return [...(summary === "" ? [] : [summary]), ...tagsText(comment, parameters, linkOf)];
}

/** The members of an interface, a class or an object type, with what is said of each; inherited ones are where they come from. */
function membersText(symbol: DeclarationReflection, shown: Shown): string {
  const { children = [], indexSignatures = [], signatures = [] } = symbol;
  const callable = symbol.kind === ReflectionKind.Function ? [] : signatures;
  const items = [
    ...callable.map((signature) =>
      item(callText(signature, shown.hrefOf), described(signature.comment, signature, shown)),
    ),
    ...indexSignatures.map((signature) =>
      item(indexText(signature, shown.hrefOf), described(signature.comment, signature, shown)),
    ),
    ...children
      .filter((member) => !standsElsewhere(member, shown))
      .map((member) => memberItem(member, shown)),
  ];
  const inner = symbol.type === undefined ? [] : innerMembers(symbol.type, shown);
  return [...(items.length === 0 ? [] : [items.join("\n")]), ...inner].join("\n\n");
}

function memberItem(member: DeclarationReflection, shown: Shown): string {
  const signatures = [
    ...(member.signatures ?? []),
    ...(member.getSignature === undefined ? [] : [member.getSignature]),
  ];
  const said = [
    ...described(member.comment, member, shown),
    ...signatures.flatMap((signature) => described(signature.comment, signature, shown)),
    ...[member.type, ...signatures.map(({ type }) => type)].flatMap((type) => innerMembers(type, shown)),
  ];
  return item(memberText(member, shown.hrefOf), [...new Set(said)]);
}

const item = (head: string, said: readonly string[]): string =>
  `- <code v-pre>${head}</code>${said.length === 0 ? "" : `  \n  ${indented(said.join("\n\n"))}`}`;

/** Members of object types within a type, where anything is said of them. */
function innerMembers(type: SomeType | undefined, shown: Shown): string[] {
  switch (type?.type) {
    case "array":
      return innerMembers(type.elementType, shown);
    case "typeOperator":
      return innerMembers(type.target, shown);
    case "union":
    case "intersection":
      return type.types.flatMap((inner) => innerMembers(inner, shown));
    case "reference":
      return (type.typeArguments ?? []).flatMap((inner) => innerMembers(inner, shown));
    case "reflection":
      return isDescribed(type.declaration) ? [membersText(type.declaration, shown)] : [];
    default:
      return [];
  }
}

const isDescribed = (reflection: DeclarationReflection): boolean =>
  [...(reflection.children ?? []), ...(reflection.signatures ?? [])].some(
    (member) =>
      member.comment !== undefined ||
      (member.isDeclaration() && (member.signatures ?? []).some(({ comment }) => comment)),
  );

/** Inherited from what has a page, or from what isn't ours. */
function standsElsewhere({ inheritedFrom, sources }: DeclarationReflection, { hrefOf }: Shown): boolean {
  if (inheritedFrom === undefined) return false;
  const base = inheritedFrom.reflection?.parent;
  return !sources?.[0]?.fileName.startsWith("packages/") || (base !== undefined && hrefOf(base) !== null);
}
