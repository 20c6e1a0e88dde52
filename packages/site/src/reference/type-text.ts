import {
  type DeclarationReflection,
  type ParameterReflection,
  type Reflection,
  ReflectionKind,
  type SignatureReflection,
  type SomeType,
  type TypeParameterReflection,
} from "typedoc";

/** Address of what is in the reference; null for what isn't. */
export type HrefOf = (symbol: Reflection) => string | null;

/** Returns a text within HTML that is a template, too. */
export const escaped = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("{", "&#123;");

/** Returns a type as TypeScript writes it, as HTML with links. */
export function typeText(type: SomeType | undefined, hrefOf: HrefOf): string {
  const text = (inner: SomeType | undefined): string => typeText(inner, hrefOf);
  const within = (inner: SomeType): string =>
    ["union", "intersection", "typeOperator", "conditional"].includes(inner.type) || isFunction(inner)
      ? `(${text(inner)})`
      : text(inner);
  if (type === undefined) return "unknown";
  switch (type.type) {
    case "array":
      return `${within(type.elementType)}[]`;
    case "union":
      return type.types.map((inner) => (isFunction(inner) ? within(inner) : text(inner))).join(" | ");
    case "intersection":
      return type.types
        .map((inner) => (inner.type === "union" ? within(inner) : text(inner)))
        .join(" &amp; ");
    case "tuple":
      return `[${type.elements.map(text).join(", ")}]`;
    case "namedTupleMember":
      return `${type.name}${type.isOptional ? "?" : ""}: ${text(type.element)}`;
    case "rest":
      return `...${text(type.elementType)}`;
    case "typeOperator":
      return `${type.operator} ${within(type.target)}`;
    case "indexedAccess":
      return `${within(type.objectType)}[${text(type.indexType)}]`;
    case "query":
      return `typeof ${text(type.queryType)}`;
    case "predicate":
      return `${type.asserts ? "asserts " : ""}${type.name}${type.targetType ? ` is ${text(type.targetType)}` : ""}`;
    case "reference": {
      const href = type.reflection === undefined ? null : hrefOf(type.reflection);
      const name = escaped(type.package === "@jax-js/jax" && type.name === "Array" ? "np.Array" : type.name);
      const shown = href === null ? name : `<a href="${href}">${name}</a>`;
      return shown + ofTypes(type.typeArguments?.map(text));
    }
    case "reflection":
      return objectText(type.declaration, hrefOf);
    default:
      return escaped(type.toString());
  }
}

const ofTypes = (types: string[] | undefined): string =>
  types === undefined || types.length === 0 ? "" : `&lt;${types.join(", ")}&gt;`;

function isFunction(type: SomeType): boolean {
  return (
    type.type === "reflection" &&
    type.declaration.children === undefined &&
    type.declaration.signatures !== undefined
  );
}

/** Returns a function type, or an object with members. */
export function objectText(declaration: DeclarationReflection, hrefOf: HrefOf): string {
  const { signatures = [], children = [], indexSignatures = [] } = declaration;
  if (children.length === 0 && signatures.length === 1) return callText(signatures[0], hrefOf, " =&gt; ");
  const parts = [
    ...signatures.map((signature) => callText(signature, hrefOf)),
    ...indexSignatures.map((signature) => indexText(signature, hrefOf)),
    ...children.map((child) => memberText(child, hrefOf)),
  ];
  return parts.length === 0 ? "&#123;}" : `&#123; ${parts.join("; ")} }`;
}

/** `[name: string]: type` */
export const indexText = ({ parameters = [], type }: SignatureReflection, hrefOf: HrefOf): string =>
  `[${parameters.map((parameter) => parameterText(parameter, hrefOf)).join(", ")}]: ${typeText(type, hrefOf)}`;

/** `name?: type`, or the call of a method. */
export function memberText(member: DeclarationReflection, hrefOf: HrefOf): string {
  const name =
    (member.flags.isReadonly ? "readonly " : "") +
    escaped(member.name) +
    (member.flags.isOptional ? "?" : "");
  if (member.kind === ReflectionKind.Accessor)
    return `${member.setSignature === undefined ? "readonly " : ""}${name}: ${typeText(member.getSignature?.type ?? member.type, hrefOf)}`;
  const { signatures = [] } = member;
  return signatures.length === 0
    ? `${name}: ${typeText(member.type, hrefOf)}`
    : signatures.map((signature) => name + callText(signature, hrefOf)).join("; ");
}

/** Type parameters, arguments and result of a call; arguments on lines of their own where one is too short for them. */
export function callText(
  signature: SignatureReflection,
  hrefOf: HrefOf,
  arrow = ": ",
  width = Infinity,
): string {
  const parameters = (signature.parameters ?? []).map((parameter) => parameterText(parameter, hrefOf));
  const head = typeParametersText(signature.typeParameters, hrefOf);
  const result =
    signature.kind === ReflectionKind.ConstructorSignature ? "" : arrow + typeText(signature.type, hrefOf);
  const line = `${head}(${parameters.join(", ")})${result}`;
  if (signature.name.length + lengthOf(line) <= width || parameters.length === 0) return line;
  return `${head}(\n${parameters.map((parameter) => `  ${parameter},\n`).join("")})${result}`;
}

const lengthOf = (markup: string): number =>
  markup.replaceAll(/<[^>]*>/g, "").replaceAll(/&[^;]*;/g, "x").length;

function parameterText(parameter: ParameterReflection, hrefOf: HrefOf): string {
  const { isRest, isOptional } = parameter.flags;
  const optional = isOptional || parameter.defaultValue !== undefined ? "?" : "";
  return `${isRest ? "..." : ""}${argumentName(parameter)}${optional}: ${typeText(parameter.type, hrefOf)}`;
}

/** An argument that is taken apart at once has no name. */
export const argumentName = ({ name }: ParameterReflection): string =>
  name.startsWith("__") ? "input" : name;

/** `<T extends U = V>` */
export function typeParametersText(
  parameters: readonly TypeParameterReflection[] | undefined,
  hrefOf: HrefOf,
): string {
  return ofTypes(
    parameters?.map(({ name, type, default: otherwise }) =>
      [
        name,
        type === undefined ? "" : ` extends ${typeText(type, hrefOf)}`,
        otherwise === undefined ? "" : ` = ${typeText(otherwise, hrefOf)}`,
      ].join(""),
    ),
  );
}
