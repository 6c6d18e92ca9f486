declare module 'fjern:embedded' {
  /** A built file, with what gives its content in base64, by encoding. */
  interface EmbeddedFile {
    path: string;
    type: string;
    bodies: readonly (readonly ['br' | 'gzip' | 'identity', () => string])[];
  }

  export const pages: Readonly<Record<'remote' | 'tv', readonly EmbeddedFile[]>>;
  export const version: string;
}
