export { predictTrees } from "./predict-trees.ts";
export { leftOutByTrees, rowsOfColumns, type TreeColumns, treeColumns } from "./tree-columns.ts";
export { type TreeExamples, type Trees, trainTrees } from "./trees.ts";
export { readTrees, writeTrees } from "./trees-file.ts";
