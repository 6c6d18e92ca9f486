import { Film } from 'lucide-preact';
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

interface Props {
  src: string | undefined;
  class?: string;
  lazy?: boolean;
  children?: ComponentChildren;
}

/** A picture in a frame of fixed shape: nothing moves when it arrives, or when it never does. */
export function Artwork({ src, lazy, children, ...rest }: Props) {
  const [failed, setFailed] = useState<string>();
  const [loaded, setLoaded] = useState<string>();
  const shown = src !== undefined && failed !== src;
  return (
    <div class={`artwork ${rest.class ?? ''}`}>
      {shown ? (
        <img
          key={src}
          src={src}
          alt=""
          loading={lazy ? 'lazy' : 'eager'}
          decoding="async"
          data-loaded={loaded === src}
          onLoad={() => setLoaded(src)}
          onError={() => setFailed(src)}
        />
      ) : (
        <Film class="artwork-none" size={40} stroke-width={1.25} aria-hidden="true" />
      )}
      {children}
    </div>
  );
}
