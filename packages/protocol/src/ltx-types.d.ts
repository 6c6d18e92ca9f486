declare module 'ltx/src/parsers/ltx.js' {
  export default class SaxLtx {
    on(
      event: 'startElement',
      listener: (name: string, attrs: Record<string, string>) => void,
    ): void;
    on(event: 'endElement', listener: (name: string) => void): void;
    on(event: 'text', listener: (text: string) => void): void;
    write(data: string): void;
  }
}
