export { type CellNetworkOptions, type CellSupernet, cellSupernet } from "./cell-supernet.ts";
export {
  type CellEdge,
  type CellSpace,
  cellEdges,
  discretise,
  enumerateGenotypes,
  type Genotype,
  genotypeName,
} from "./genotype.ts";
export { mixedOperation } from "./mixed-operation.ts";
export {
  averagePooling,
  type CellOperation,
  cellOperations,
  noOperation,
  reluConvolution,
  skipConnection,
} from "./operations.ts";
export {
  channelGate,
  closedGates,
  foldGates,
  gateScores,
  magnitudeScores,
  type Pruned,
  pruneChannels,
  type SlimmableMlp,
  type SlimmableParams,
  slimmableMlp,
} from "./slimmable-mlp.ts";
