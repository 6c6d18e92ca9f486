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

/** The phone's camera frame around a code. */
export function PhonePicture() {
  return (
    <svg
      class="picture-small"
      viewBox="0 0 56 56"
      fill="none"
      stroke-width="2.5"
      stroke-linejoin="round"
      stroke-linecap="round"
      aria-hidden="true"
    >
      <path
        class="accent"
        d="M6 16V9a3 3 0 0 1 3-3h7M40 6h7a3 3 0 0 1 3 3v7M50 40v7a3 3 0 0 1-3 3h-7M16 50H9a3 3 0 0 1-3-3v-7"
      />
      <g class="fill">
        <path d="M15 15h11v11H15zM18.5 18.5v4h4v-4z" fill-rule="evenodd" />
        <path d="M30 15h11v11H30zM33.5 18.5v4h4v-4z" fill-rule="evenodd" />
        <path d="M15 30h11v11H15zM18.5 33.5v4h4v-4z" fill-rule="evenodd" />
        <path d="M30 30h4v4h-4zM37 30h4v4h-4zM33.5 33.5h4v4h-4zM30 37h4v4h-4zM37 37h4v4h-4z" />
      </g>
    </svg>
  );
}

/** A TV that asks a question, with two answers. */
export function ApprovalPicture() {
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
      <rect class="line" x="24" y="12" width="152" height="92" rx="10" />
      <path class="line" d="M74 118h52" />
      <rect class="phone" x="88" y="26" width="24" height="38" rx="5" />
      <g class="answers">
        <rect class="answer" x="48" y="76" width="48" height="16" rx="8" />
        <rect class="answer answer-yes" x="104" y="76" width="48" height="16" rx="8" />
      </g>
    </svg>
  );
}
