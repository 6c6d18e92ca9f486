// One file, fetched by extras.tsx.
export { othersOf } from '../platform/others.ts';
export { Approval } from './approval.tsx';
export { Connect } from './connect.tsx';
export { Problem } from './problem.tsx';
export { TvsSheet } from './tvs-sheet.tsx';
export { Unavailable } from './unavailable.tsx';
