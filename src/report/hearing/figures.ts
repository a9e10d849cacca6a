/** The followed logs, and what the daemon reads there, as metrics. */
import type {HearingView, SourceView} from '../../hearing/view.js';
import type {Figure, Sample} from './figure.js';

export function hearingFigures({sources, verdict}: HearingView): Figure[] {
  const each = (valueOf: (source: SourceView) => number): Sample[] =>
    sources.map((source) => ({labels: {source: source.source}, value: valueOf(source)}));
  const figure = (
    name: string,
    type: Figure['type'],
    help: string,
    samples: readonly Sample[],
  ): Figure => ({name, type, help, samples});
  return [
    figure('deaf', 'gauge', 'Whether it is sure that the mailer is not heard.', [
      {value: verdict === 'deaf' ? 1 : 0},
    ]),
    figure(
      'source_deaf',
      'gauge',
      'The same, by source.',
      each((source) => (source.verdict === 'deaf' ? 1 : 0)),
    ),
    figure(
      'source_lines_total',
      'counter',
      'Lines read.',
      each(({lines}) => lines),
    ),
    figure(
      'source_mailer_lines_total',
      'counter',
      'Lines of the mailer.',
      each(({mailerLines}) => mailerLines),
    ),
    figure(
      'source_understood_total',
      'counter',
      'Lines that tell of a client.',
      each(({understood}) => understood),
    ),
    figure(
      'source_signs_total',
      'counter',
      'Lines that speak against a client.',
      each(({signs}) => signs),
    ),
    figure(
      'source_ignored_total',
      'counter',
      'Lines that do not count, by reason.',
      sources.flatMap(({source, ignored}) =>
        Object.entries(ignored).map(([reason, value]) => ({labels: {source, reason}, value})),
      ),
    ),
    ...timeFigures(sources, each),
  ];
}

function timeFigures(
  sources: readonly SourceView[],
  each: (valueOf: (source: SourceView) => number) => Sample[],
): Figure[] {
  const seconds = (ms: number | undefined): number => (ms ?? 0) / 1000;
  const at = (name: string, help: string, msOf: (source: SourceView) => number | undefined) => ({
    ...{name: `source_${name}_timestamp_seconds`, type: 'gauge' as const, help},
    samples: each((source) => seconds(msOf(source))),
  });
  return [
    at('last_line', 'When the last line was read; 0: none.', ({lastLineMs}) => lastLineMs),
    at('last_sign', 'When the last sign was read; 0: none.', ({lastSignMs}) => lastSignMs),
    at('newest_stamp', 'The newest time in a line; 0: none.', ({newestStampMs}) => newestStampMs),
    {
      name: 'source_offset_seconds',
      type: 'gauge',
      help: 'By how much its time stamps are behind the clock; this is corrected.',
      samples: each(({offsetSeconds}) => offsetSeconds ?? 0),
    },
    {
      name: 'source_behind_bytes',
      type: 'gauge',
      help: 'How far reading is behind the end of the file.',
      samples: sources.flatMap(({source, behindBytes}) =>
        behindBytes === undefined ? [] : [{labels: {source}, value: behindBytes}],
      ),
    },
  ];
}
