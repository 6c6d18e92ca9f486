import type { RemoteStore } from '../state/remote.ts';

/** Shortcuts for a desktop: as video players have them. Returns the function that ends them. */
export function listenToKeys(remote: () => RemoteStore | undefined): () => void {
  const keys: Record<string, (remote: RemoteStore) => void> = {
    ' ': (r) => r.toggle(),
    k: (r) => r.toggle(),
    ArrowLeft: (r) => r.skip(-5),
    ArrowRight: (r) => r.skip(5),
    j: (r) => r.skip(-10),
    l: (r) => r.skip(10),
    ArrowUp: (r) => r.changeLevel(0.05),
    ArrowDown: (r) => r.changeLevel(-0.05),
    m: (r) => r.toggleMuted(),
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    // A focused control has its own keys.
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest('button, input, select, textarea, summary, dialog')) return;
    const store = remote();
    const act = keys[event.key];
    if (!store || !act || store.stage.peek() !== 'media') return;
    event.preventDefault();
    act(store);
  };
  document.addEventListener('keydown', pressed);
  return () => document.removeEventListener('keydown', pressed);
}
