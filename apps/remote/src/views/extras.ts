// What most visits never show, in one file that is fetched when it is first needed.
export { CodeBox } from './code-box.tsx';
export { TvsSheet } from './tvs-sheet.tsx';
export { Welcome } from './welcome.tsx';
