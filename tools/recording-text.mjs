/**
 * Makes an asciicast (version 2) and a moving picture (SVG) of commands and their outputs. Runs nothing,
 * and changes no output: it only breaks lines at the width of the screen.
 */

/** Of the screen. Characters. */
export const columns = 132;

/** Speed of the hand, and how long a reader has for a line and for the rest. Seconds. */
const keySeconds = 0.04;
const lineSeconds = 0.6;
const leastSeconds = 2.5;

const readingSeconds = ({output}) => leastSeconds + lineSeconds * linesOf(output).length;

function linesOf(output) {
  const broken = output
    .trimEnd()
    .split('\n')
    .flatMap((line) => line.match(new RegExp(`.{1,${columns}}`, 'g')) ?? ['']);
  return broken;
}

/** @param steps each: what it is for, the command, its output */
export function castOf(steps) {
  const rows = Math.max(...steps.map(({output}) => linesOf(output).length)) + 4;
  const title = 'blocksmtp: replay, list, why, unblock';
  const events = [];
  let seconds = 0.5;
  const show = (text) =>
    events.push(JSON.stringify([Math.round(seconds * 1000) / 1000, 'o', text]));
  for (const step of steps) {
    show(`\u001B[2J\u001B[H# ${step.say}\r\n# `);
    for (const key of step.run) {
      seconds += keySeconds;
      show(key);
    }
    seconds += 0.5;
    show(`\r\n${linesOf(step.output).join('\r\n')}\r\n`);
    seconds += readingSeconds(step);
  }
  show('# ');
  return `${[JSON.stringify({version: 2, width: columns, height: rows, title}), ...events].join('\n')}\n`;
}

const escaped = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Of a character, and the edge around the text. Pixels. */
const [width, height, edge] = [7.25, 17, 14];

/** One picture for each step; each is seen in its part of the time. */
export function svgOf(steps) {
  const rows = Math.max(...steps.map(({output}) => linesOf(output).length)) + 2;
  const [wide, high] = [Math.ceil(columns * width + 2 * edge), rows * height + 2 * edge];
  const total = steps.reduce((sum, step) => sum + readingSeconds(step), 0);
  let begun = 0;
  const frames = steps.map((step, index) => {
    const from = (begun / total) * 100;
    begun += readingSeconds(step);
    const to = (begun / total) * 100;
    const lines = [`# ${step.say}`, `# ${step.run}`, ...linesOf(step.output)];
    const text = lines.map((line, row) => {
      const kind = row === 0 ? ' class="say"' : row === 1 ? ' class="run"' : '';
      return `<text x="${edge}" y="${edge + height * (row + 0.8)}"${kind}>${escaped(line)}</text>`;
    });
    const shown = `from{visibility:visible}${to.toFixed(3)}%{visibility:hidden}`;
    const frameRule =
      index === 0
        ? `@keyframes f0{${shown}to{visibility:hidden}}`
        : `@keyframes f${index}{from{visibility:hidden}${from.toFixed(3)}%{visibility:visible}${to.toFixed(3)}%{visibility:${index === steps.length - 1 ? 'visible' : 'hidden'}}to{visibility:hidden}}`;
    return {
      rule: `${frameRule}\n.f${index}{animation:f${index} ${total.toFixed(1)}s step-end infinite}`,
      text: `<g class="f${index}">\n${text.join('\n')}\n</g>`,
    };
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${wide} ${high}" width="${wide}" height="${high}" role="img" aria-label="A terminal: blocksmtp replays a log, lists blocks, explains one and lifts it">
<style>
text{font:12px ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d6dbe1;white-space:pre}
.say{fill:#8b949e}.run{fill:#7ee787}
${frames.map(({rule}) => rule).join('\n')}
</style>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
${frames.map(({text}) => text).join('\n')}
</svg>
`;
}
