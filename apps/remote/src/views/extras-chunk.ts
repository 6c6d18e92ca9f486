// One file, fetched by extras.tsx.
export { CodeBox } from './code-box.tsx';
export { TvsSheet } from './tvs-sheet.tsx';
export { Welcome } from './welcome.tsx';
