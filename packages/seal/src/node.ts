export * from './common.ts';
export { nodePrimitives as primitives } from './primitives/node.ts';
