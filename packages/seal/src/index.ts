export * from './common.ts';
export { browserPrimitives as primitives } from './primitives/browser.ts';
