export * from './errors.ts';
export * from './namespaces.ts';
export * from './session.ts';
export * from './xml.ts';
