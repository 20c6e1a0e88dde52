export { withTwinsTogether } from "./duplicates.ts";
export { examine } from "./examine.ts";
