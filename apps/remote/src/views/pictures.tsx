/** A TV that shows a code, and a phone that looks at it. */
export function ScanPicture() {
  return (
    <svg
      class="picture"
      viewBox="0 0 200 130"
      fill="none"
      stroke-width="3"
      stroke-linejoin="round"
      stroke-linecap="round"
    >
      <title>TV</title>
      <rect class="line" x="14" y="10" width="140" height="86" rx="9" />
      <path class="line" d="M58 110h52" />
      <g class="fill">
        <path d="M60 29h20v20H60zM66 35v8h8v-8z" fill-rule="evenodd" />
        <path d="M88 29h20v20H88zM94 35v8h8v-8z" fill-rule="evenodd" />
        <path d="M60 57h20v20H60zM66 63v8h8v-8z" fill-rule="evenodd" />
        <path d="M88 57h6v6h-6zM102 57h6v6h-6zM95 64h6v6h-6zM88 71h6v6h-6zM102 71h6v6h-6z" />
      </g>
      <rect class="phone" x="138" y="42" width="44" height="80" rx="9" />
      <path class="accent" d="M149 66v-6h6M165 60h6v6M171 92v6h-6M155 98h-6v-6" />
      <path class="accent beam" d="M147 79h26" />
    </svg>
  );
}

/** Phone and TV, and something that travels between them. */
export function PairingPicture() {
  return (
    <svg
      class="picture"
      viewBox="0 0 200 90"
      fill="none"
      stroke-width="3"
      stroke-linejoin="round"
      stroke-linecap="round"
    >
      <title>TV</title>
      <rect class="line" x="16" y="14" width="32" height="60" rx="7" />
      <rect class="line" x="112" y="10" width="72" height="50" rx="7" />
      <path class="line" d="M132 74h32" />
      <g class="dots">
        <circle cx="64" cy="44" r="3.5" />
        <circle cx="80" cy="44" r="3.5" />
        <circle cx="96" cy="44" r="3.5" />
      </g>
    </svg>
  );
}
