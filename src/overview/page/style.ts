/**
 * The style sheet of the page: light or dark as the reader's browser says, for wide screens, phones and printers.
 * Text has a contrast of at least 4.5 to 1, and plots 3 to 1 (WCAG 2.2, 1.4.3 and 1.4.11).
 */

const light = `--page:#ffffff;--text:#1c2024;--quiet:#565d66;--edge:#c9ced4;--band:#f3f5f7;--link:#0b5cad;
--warn:#9a3b00;--s0:#1f6fc4;--s1:#2a8a4a;--s2:#b45309;--s3:#7a4fbf;--mark:#b3261e`;
const dark = `--page:#14171a;--text:#e6e9ec;--quiet:#a4acb5;--edge:#3c444c;--band:#1d2226;--link:#7fb8f5;
--warn:#ffb27a;--s0:#5fa8f0;--s1:#5cc07e;--s2:#f0a24a;--s3:#b79af0;--mark:#ff8a80`;

const series = ['s0', 's1', 's2', 's3'].map(
  (name) => `svg .${name}{fill:var(--${name})}svg .line.${name}{stroke:var(--${name});fill:none}
.key.${name}::before{background:var(--${name})}`,
);

export const styleSheet = `:root{color-scheme:light dark;${light}}
@media(prefers-color-scheme:dark){:root{${dark}}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:72rem;padding:1rem;background:var(--page);color:var(--text);
font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.6rem;line-height:1.2;margin:.5rem 0}h2{font-size:1.2rem;margin:2rem 0 .5rem}
h2,section,nav{scroll-margin-top:1rem}
p{margin:.4rem 0;max-width:60rem}a{color:var(--link)}
a:focus-visible,[tabindex]:focus-visible,summary:focus-visible{outline:3px solid var(--link);outline-offset:2px}
nav ul{list-style:none;margin:.5rem 0;padding:0;display:flex;flex-wrap:wrap;gap:.25rem 1rem}
#summary p:first-of-type{color:var(--quiet)}
#doubtful.some{border-left:.35rem solid var(--warn);padding-left:.9rem}#doubtful.some h2{color:var(--warn)}
figure{margin:1rem 0}figcaption{color:var(--quiet)}
svg{display:block;width:100%;height:auto;max-width:60rem}
svg text{fill:var(--quiet);font-size:12px}
.grid{stroke:var(--edge);stroke-width:.5}.axis{stroke:var(--quiet)}
.mark{stroke:var(--mark);stroke-width:2;stroke-dasharray:5 4}.line{stroke-width:2.5}
${series.join('\n')}
.legend{list-style:none;margin:.3rem 0;padding:0;display:flex;flex-wrap:wrap;gap:.2rem 1.2rem}
.key::before{content:"";display:inline-block;width:.8em;height:.8em;margin-right:.4em;border-radius:2px}
.wide{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;font-size:.9rem;width:100%}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
th,td{text-align:left;vertical-align:top;padding:.35rem .8rem .35rem 0;border-bottom:1px solid var(--edge)}
thead th{color:var(--quiet);font-weight:600;white-space:nowrap}
tbody th{font-weight:600;white-space:nowrap}
.time{white-space:nowrap}.number{text-align:right;font-variant-numeric:tabular-nums}
summary{cursor:pointer;color:var(--link)}
footer{margin-top:3rem;color:var(--quiet);font-size:.9rem}
@media(max-width:40rem){body{padding:.75rem}
svg text{font-size:20px}
table.stack thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table.stack,table.stack tbody,table.stack tr,table.stack th,table.stack td{display:block}
table.stack tr{padding:.5rem 0;border-bottom:1px solid var(--edge)}
table.stack th,table.stack td{border:0;padding:.1rem 0;white-space:normal;overflow-wrap:anywhere;text-align:left}
table.stack td::before{content:attr(data-head) ": ";color:var(--quiet)}}
@media print{nav{display:none}}`;
