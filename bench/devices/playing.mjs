import { ScriptedPlayer } from '@fjern/tv/testing';

const uri = 'http://media.example/film.mp4';

/** A player in the middle of a film, and what changes its state at the TV. */
export async function playingPlayer() {
  const player = new ScriptedPlayer({ media: { [uri]: { duration: 36_000 } } });
  const media = { source: { uri }, metadata: { title: 'Film' }, currentTime: 0, autoplay: true };
  await player.load(media, new AbortController().signal);
  let level = 0.25;
  const change = () => {
    level = level === 0.5 ? 0.25 : 0.5;
    void player.setVolume(level);
  };
  return { player, change };
}
