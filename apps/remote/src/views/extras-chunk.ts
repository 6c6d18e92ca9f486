// One file, fetched by extras.tsx.
export { Approval } from './approval.tsx';
export { Connect } from './connect.tsx';
export { Problem } from './problem.tsx';
export { Revoked } from './revoked.tsx';
export { TvsSheet } from './tvs-sheet.tsx';
