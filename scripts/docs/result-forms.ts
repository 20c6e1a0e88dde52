import { resolve } from "node:path";
import { cards, type ResultForm } from "@minimand/papers";
import { API, type Checker, type Project, type Type, TypeFlags } from "typescript/unstable/sync";
import { folderOf } from "./papers.ts";

/** The form of what a trial of each paper returns, as its type says: what `result-forms.json` holds. */
export function resultFormsFile(): string {
  const api = new API({ cwd: resolve(".") });
  try {
    const [project] = api.updateSnapshot({ openProjects: [resolve("tsconfig.json")] }).getProjects();
    const forms = cards.map(({ slug }) => [slug, formOf(resultType(slug, project), project.checker, slug)]);
    return `{\n${forms.map(([slug, form]) => `  ${JSON.stringify(slug)}: ${JSON.stringify(form)}`).join(",\n")}\n}\n`;
  } finally {
    api.close();
  }
}

/** What `trial` of a paper's folder promises. */
function resultType(slug: string, { checker, program }: Project): Type {
  const file = program.getSourceFile(resolve(folderOf(slug), "run/trial.ts"))!;
  const exported = [...checker.getSymbolAtLocation(file)!.getExports().values()];
  return checker.getDeclaredTypeOfSymbol(exported.find(({ name }) => name === "Result")!);
}

function formOf(type: Type, checker: Checker, path: string): ResultForm {
  if (type.flags & TypeFlags.Number) return "number";
  if (type.flags & TypeFlags.String) return "string";
  if (type.flags & TypeFlags.Boolean) return "boolean";
  if (type.flags & TypeFlags.Null) return "null";
  if (type.isLiteralType()) return { is: type.value as string | number | boolean };
  if (type.isUnionType()) {
    const parts = type.getTypes().filter(({ flags }) => !(flags & TypeFlags.Undefined));
    const forms = parts.map((part) => formOf(part, checker, path));
    return forms.length === 1 ? forms[0] : { any: forms };
  }
  if (type.isTypeReference() && checker.isTupleType(type)) {
    const entries = checker.getTypeArguments(type);
    return { tuple: entries.map((entry, i) => formOf(entry, checker, `${path}.${i}`)) };
  }
  if (type.isTypeReference() && checker.isArrayType(type))
    return { list: formOf(checker.getTypeArguments(type)[0], checker, `${path}[]`) };
  const [index] = checker.getIndexInfosOfType(type);
  if (index !== undefined) return { record: formOf(index.valueType, checker, `${path}{}`) };
  const fields = checker.getPropertiesOfType(type);
  if (fields.length === 0 || path.split(".").length > 10)
    throw new Error(`${path}: results are plain JSON, got ${checker.typeToString(type)}`);
  return {
    fields: Object.fromEntries(
      fields.map((field) => {
        const of = checker.getTypeOfSymbol(field)!;
        const optional = of.isUnionType() && of.getTypes().some(({ flags }) => flags & TypeFlags.Undefined);
        return [`${field.name}${optional ? "?" : ""}`, formOf(of, checker, `${path}.${field.name}`)];
      }),
    ),
  };
}
