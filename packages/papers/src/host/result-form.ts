import * as v from "valibot";

/** What a type of plain JSON allows, as JSON itself. The name of a field that may be absent ends with `?`. */
export type ResultForm =
  | "number"
  | "string"
  | "boolean"
  | "null"
  | { is: string | number | boolean }
  | { any: readonly ResultForm[] }
  | { tuple: readonly ResultForm[] }
  | { list: ResultForm }
  | { record: ResultForm }
  | { fields: { [name: string]: ResultForm } };

const simple = {
  // JSON writes a number that isn't finite as null.
  number: v.nullable(v.number()),
  string: v.string(),
  boolean: v.boolean(),
  null: v.null(),
};

/** The check of a form, at every depth. */
export function schemaOf(form: ResultForm): v.GenericSchema {
  if (typeof form === "string") return simple[form];
  if ("is" in form) return v.literal(form.is);
  if ("any" in form) return v.union(form.any.map(schemaOf));
  if ("tuple" in form) return v.strictTuple(form.tuple.map(schemaOf));
  if ("list" in form) return v.array(schemaOf(form.list));
  if ("record" in form) return v.record(v.string(), schemaOf(form.record));
  const fields = Object.entries(form.fields).map(([name, field]) =>
    name.endsWith("?") ? [name.slice(0, -1), v.optional(schemaOf(field))] : [name, schemaOf(field)],
  );
  return v.object(Object.fromEntries(fields));
}

/**
 * The form of what a paper's trials return, from the type that its code declares (`npm run docs` writes it down).
 *
 * @param slug of a paper
 */
export async function resultForm(slug: string): Promise<ResultForm> {
  const { default: forms } = await import("../result-forms.json", { with: { type: "json" } });
  return (forms as unknown as Record<string, ResultForm>)[slug];
}
