export { capacity } from "./capacity.ts";
export { withTwinsTogether } from "./duplicates.ts";
export { examine } from "./examine.ts";
export { leaks } from "./leaks.ts";
export { missingCodes } from "./missing-codes.ts";
export { testCopies } from "./test-copies.ts";
