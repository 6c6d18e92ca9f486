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
