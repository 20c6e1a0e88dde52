import type { Context } from "hono";
import { checkChoice, parseJson, typeError } from "minimand/engine";

/**
 * The fields of a JSON object in the body of a request, whatever its `Content-Type` says: curl sends JSON as a form. Their
 * values are the route's to check; a field of another name is refused, as it may well be one of these with a slip in it.
 *
 * @throws TypeError, RangeError for no JSON, anything but an object, another field
 */
export async function jsonFields<const Name extends string>(
  c: Context,
  names: readonly Name[],
): Promise<Partial<Record<Name, unknown>>> {
  const text = await c.req.text();
  const expected = `a JSON object with ${names.join(", ")}`;
  let body: unknown;
  try {
    body = parseJson(text);
  } catch {
    throw typeError("body", expected, text.length > 40 ? `${text.slice(0, 40)}...` : text);
  }
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw typeError("body", expected, body);
  for (const name of Object.keys(body)) checkChoice("field", name, names);
  return body;
}
