import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readCatalogue } from './catalogue.ts';

it('reads the catalogue that is shipped', () => {
  const file = new URL('../public/media/catalogue.json', import.meta.url);
  const json: unknown[] = JSON.parse(readFileSync(file, 'utf8'));
  const { items, textTracks } = readCatalogue(json);
  expect(items).toHaveLength(json.length);
  for (const { source, metadata } of items) {
    expect(source.uri).toMatch(/^\/media\//);
    expect(metadata.title).toBeTruthy();
  }
  expect([...textTracks.values()].flat().length).toBeGreaterThan(0);
});

it('shows the first of several subtitles', () => {
  const textTracks = ['en', 'da'].map((language) => ({ src: `/${language}.vtt`, language }));
  const catalogue = readCatalogue([{ id: 'a', uri: '/a.mp4', title: 'A', textTracks }]);
  expect(catalogue.textTracks.get('/a.mp4')).toMatchObject([
    { src: '/en.vtt', srclang: 'en', default: true },
    { src: '/da.vtt', srclang: 'da', default: false },
  ]);
});

it('leaves out what makes no sense', () => {
  const { items } = readCatalogue([
    null,
    { id: 'a' },
    { id: 'b', uri: '/b.mp4', duration: -1, artwork: [{}, { src: '/b.jpg' }] },
  ]);
  expect(items).toEqual([
    { id: 'b', source: { uri: '/b.mp4' }, metadata: { artwork: [{ src: '/b.jpg' }] } },
  ]);
});

it('never throws', () => {
  fc.assert(fc.property(fc.jsonValue(), (json) => void readCatalogue(json)));
});
