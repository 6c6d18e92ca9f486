import { create } from 'qrcode';

/** ISO/IEC 18004 §9.1: four modules of quiet zone on each side. */
const quietZone = 4;

/** A QR code at level M, dark on light whatever the theme, since cameras expect that. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { modules } = create(text, { errorCorrectionLevel: 'M' });
  const { size } = modules;
  let path = '';
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      if (!modules.get(y, x)) continue;
      let run = 1;
      while (x + run < size && modules.get(y, x + run)) run++;
      path += `M${x + quietZone} ${y + quietZone}h${run}v1h-${run}z`;
      x += run;
    }
  }
  const extent = size + 2 * quietZone;
  return (
    <svg
      class="qr"
      viewBox={`0 0 ${extent} ${extent}`}
      shape-rendering="crispEdges"
      role="img"
      aria-label={label}
    >
      <path fill="#14100e" d={path} />
    </svg>
  );
}
