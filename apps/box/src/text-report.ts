import qrcode from 'qrcode';
import type { Report } from './report.ts';

/** For people at a terminal. */
export function textReport(name: string, write: (text: string) => void): Report {
  return (event) => {
    switch (event.event) {
      case 'listening':
        if (event.tvUrl === undefined)
          return write(`\n  ${name}\n\n  On a phone   ${event.lanUrl}\n`);
        return write(
          `\n  ${name}\n\n` +
            `  On the TV    ${event.tvUrl}\n` +
            `  On a phone   ${event.lanUrl}\n\n` +
            '  Open the first address in the browser of the TV (or of this computer).\n',
        );
      case 'address':
        return write(`\n  The address has changed. On a phone   ${event.lanUrl}\n`);
      case 'renamed':
        return write(`  Another TV here is called ${name}: this one appears as ${event.name}.\n`);
      case 'offer':
        if (event.url === undefined) return write('  No code is shown now.\n');
        return write(
          `\n  To pair, scan this code with a phone’s camera:\n\n${terminalCode(event.url)}\n  ${event.url}\n` +
            `  or type ${event.pin} on the phone.\n\n`,
        );
      case 'request':
        return write(`  ${event.name} wants to be let in: decide on the TV.\n`);
      case 'paired':
        return write(`  Paired with ${event.name} (${event.role}).\n`);
      case 'revoked':
        return write(`  No longer paired with ${event.name}.\n`);
      case 'player':
        if (event.status === 'starting') return undefined;
        if (event.status === 'ready') return write('  The player is ready.\n');
        return write(`  There is no player: ${event.reason}\n`);
      case 'power':
        return write(`  The TV is ${event.state === 'on' ? 'on' : 'in standby'}.\n`);
      case 'reloaded':
        return write(`  The configuration was read again (changed: ${list(event.changed)}).\n`);
      case 'stopping':
      case 'state':
        return undefined;
      case 'error':
        return write(`  ${event.message}\n`);
    }
  };
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.join(', ');
}

/** Half-block characters, two rows a line, with the quiet zone. */
function terminalCode(url: string): string {
  const { modules } = qrcode.create(url, { errorCorrectionLevel: 'L' });
  const quiet = 2;
  const dark = (row: number, column: number) =>
    row >= 0 &&
    column >= 0 &&
    row < modules.size &&
    column < modules.size &&
    modules.get(row, column) === 1;
  let text = '';
  for (let row = -quiet; row < modules.size + quiet; row += 2) {
    text += '  ';
    for (let column = -quiet; column < modules.size + quiet; column++) {
      // Light modules are drawn, so that the code is right on a dark terminal and its zone is part of it.
      const [upper, lower] = [!dark(row, column), !dark(row + 1, column)];
      text += upper ? (lower ? '█' : '▀') : lower ? '▄' : ' ';
    }
    text += '\n';
  }
  return text;
}
