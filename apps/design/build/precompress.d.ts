import type { Plugin } from 'vite';

/** Writes `.br` and `.gz` beside every file of the build that gets smaller by it. */
export function precompress(): Plugin;
