import { parseHTML } from "linkedom";

const { DOMParser } = parseHTML("");

/** A fresh document of SVG, whose serialisation escapes text and attributes. */
export const emptyDocument = (): Document =>
  new DOMParser().parseFromString('<svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml");

/** Elements below the marks of a class of ours, e.g. `all(svg, "mm-interval", "line")`. */
export const all = (svg: Element, className: string, tag: string): Element[] => [
  ...svg.querySelectorAll(
    tag
      .split(", ")
      .map((name) => `.${className} ${name}`)
      .join(", "),
  ),
];

export const number = (element: Element, attribute: string): number =>
  Number(element.getAttribute(attribute));

/** The x of the middle of a symbol: `cx`, or that of a `translate(x,y)`. */
export const middleX = (element: Element): number =>
  Number(
    element.getAttribute("cx") ?? /translate\(([-\d.]+)/.exec(element.getAttribute("transform") ?? "")?.[1],
  );

/** The text of an element without its tooltip. */
export function textOf(element: Element): string {
  const title = element.querySelector("title")?.textContent ?? "";
  return (element.textContent ?? "").replace(title, "");
}

/**
 * The linear map from pixels to values that the numbers printed at the axis say, independently of the code that drew
 * the marks.
 */
export function axisX(svg: Element, parse: (label: string) => number = printed): (pixel: number) => number {
  const ticks = [...svg.querySelectorAll('[aria-label="x-axis tick label"] text')];
  const first = ticks.at(0);
  const last = ticks.at(-1);
  if (first === undefined || last === undefined || first === last)
    throw new Error("axisX: expected two ticks");
  const [x0, x1] = [middleX(first), middleX(last)];
  const [v0, v1] = [parse(first.textContent ?? ""), parse(last.textContent ?? "")];
  return (pixel) => v0 + ((pixel - x0) * (v1 - v0)) / (x1 - x0);
}

/** A number as figures print it, with a true minus sign. */
export const printed = (label: string): number => Number(label.replace("−", "-").replace("+", ""));
