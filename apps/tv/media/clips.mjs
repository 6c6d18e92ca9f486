// What is in the catalogue. Durations are multiples of 8 s: then whole video frames, whole AAC and whole Opus
// frames all end at the same instant.

export const SIZE = { width: 1280, height: 720, rate: 24 };
export const ARTIST = 'Fjern Originals';
export const ALBUM = 'First Light';

/**
 * `crf` is the encoder's quality (less is better). `still` picks the artwork: the instant (0..1 of the loop) and
 * the middle of the square cut-out (0..1 of the width).
 */
export const CLIPS = [
  {
    id: 'northern-lights',
    title: 'Northern Lights',
    seconds: 24,
    container: 'mp4',
    crf: 31,
    still: { turn: 0.05, focus: 0.56 },
  },
  {
    id: 'harbour-at-dusk',
    title: 'Harbour at Dusk',
    seconds: 24,
    container: 'webm',
    crf: 41,
    still: { turn: 0.3, focus: 0.47 },
  },
  {
    id: 'paper-lanterns',
    title: 'Paper Lanterns',
    seconds: 24,
    container: 'mp4',
    crf: 29,
    still: { turn: 0.3, focus: 0.62 },
    captions: {
      en: {
        label: 'English',
        lines: [
          'Tonight the town has opened all its windows',
          'and given every flame to the wind.',
          'One for the ships we never saw again,',
          'one for the names we carry still,',
          'one for the child who would not sleep',
          'until the sky was full.',
          'Look up. They know the way.',
          'Small lights, going home.',
        ],
      },
      da: {
        label: 'Dansk',
        lines: [
          'I nat har byen åbnet sine vinduer',
          'og givet hver en flamme til vinden.',
          'En til de skibe, vi aldrig så igen,',
          'en til de navne, vi stadig bærer,',
          'en til barnet, der ikke ville sove,',
          'før himlen var fuld.',
          'Se op. De kender vejen.',
          'Små lys på vej hjem.',
        ],
      },
    },
  },
  {
    id: 'deep-field',
    title: 'Deep Field',
    seconds: 32,
    container: 'hls',
    crf: 33,
    still: { turn: 0.3, focus: 0.56 },
  },
  {
    id: 'rain-on-glass',
    title: 'Rain on Glass',
    seconds: 8,
    container: 'mp4',
    crf: 30,
    still: { turn: 0.3, focus: 0.42 },
  },
];

const clock = (seconds) => new Date(seconds * 1000).toISOString().slice(11, 23);

/** The lines spread evenly over the clip, with a breath between two lines. */
export function toWebVtt(lines, seconds) {
  const each = seconds / lines.length;
  const cues = lines.map(
    (line, i) => `${clock(i * each + 0.4)} --> ${clock((i + 1) * each - 0.3)}\n${line}\n`,
  );
  return `WEBVTT\n\n${cues.join('\n')}`;
}
