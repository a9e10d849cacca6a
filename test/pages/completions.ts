/** Completions for bash, zsh and fish, of the tables of commands and settings. */
import {commandWords, type CommandWords, type OptionWords, type Value} from './words.js';

const note = '# Printed by `npm run pages` of the tables of commands and settings.';
const names = commandWords.map(({name}) => name);

/** All options, each once; where a command has its own by the name of a setting, the setting's. */
const everyOption = [
  ...new Map(
    [...commandWords]
      .sort((a, b) => a.options.length - b.options.length)
      .flatMap(({options}) => options.map((option) => [option.flag, option])),
  ).values(),
];

/** `list --greeting`: a switch here, and with a value elsewhere. */
const exceptions = commandWords.flatMap(({name, options}) =>
  options
    .filter(({flag, value}) => {
      const other = everyOption.find((each) => each.flag === flag);
      return value.kind === 'switch' && other?.value.kind !== 'switch';
    })
    .map(({flag}) => `'${name} ${flag}'`),
);

/** Within single quotes of a shell. */
const quoted = (text: string): string => text.replaceAll("'", "'\\''");

const flagsOf = ({options}: CommandWords): string => options.map(({flag}) => flag).join(' ');

const bashCase = (value: Value): string | undefined => {
  switch (value.kind) {
    case 'switch':
      return undefined;
    case 'file':
      return 'COMPREPLY=($(compgen -f -- "$cur")); return';
    case 'words':
      return `COMPREPLY=($(compgen -W '${value.words.join(' ')}' -- "$cur")); return`;
    case 'other':
      return 'return';
  }
};

/** The options of one deed in one line of a `case`. */
function bashValues(): string[] {
  const deeds = new Map<string, string[]>();
  for (const {flag, value} of everyOption) {
    const deed = bashCase(value);
    if (deed !== undefined) deeds.set(deed, [...(deeds.get(deed) ?? []), flag]);
  }
  return [...deeds].map(([deed, flags]) => `    ${flags.join('|')})\n      ${deed} ;;`);
}

function bashCommand(command: CommandWords): string {
  const {name, operands} = command;
  const more =
    operands.kind === 'file'
      ? ' files=yes'
      : operands.kind === 'words'
        ? ` operands='${operands.words.join(' ')}'`
        : '';
  return `    ${name}) flags='${flagsOf(command)}'${more} ;;`;
}

const run = commandWords.find(({name}) => name === 'run');

export const bash = (): string => `# bash completion of blocksmtp(8)
${note}
_blocksmtp() {
  local cur=\${COMP_WORDS[COMP_CWORD]} before= option= command= flags= operands= files= word i
  COMPREPLY=()
  ((COMP_CWORD > 0)) && before=\${COMP_WORDS[COMP_CWORD - 1]}
  # bash cuts --backend=ipset at the sign.
  if [[ $cur == '=' ]]; then
    option=$before cur=
  elif [[ $before == '=' ]]; then
    option=\${COMP_WORDS[COMP_CWORD - 2]}
  elif [[ $before == --* ]]; then
    option=$before
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case $word in
    ${names.join('|')})
      command=$word
      break ;;
    esac
  done
  case "$command $option" in
    ${exceptions.join('|')}) option= ;;
  esac
  case $option in
${bashValues().join('\n')}
  esac
  case $command in
    '') flags='${run === undefined ? '' : flagsOf(run)} --version' operands='${names.join(' ')} help' ;;
${commandWords.map(bashCommand).join('\n')}
  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$cur"))
  else
    COMPREPLY=($(compgen -W "$operands" -- "$cur"))
    [[ -n $files ]] && COMPREPLY+=($(compgen -f -- "$cur"))
  fi
}
complete -o filenames -F _blocksmtp blocksmtp
`;

const zshText = (text: string): string =>
  quoted(text.replaceAll(/[\\[\]:]/g, (sign) => `\\${sign}`)).replaceAll('`', '');

function zshValue(value: Value): string {
  switch (value.kind) {
    case 'switch':
      return '';
    case 'file':
      return `:${value.placeholder}:_files`;
    case 'words':
      return `:${value.placeholder}:(${value.words.join(' ')})`;
    case 'other':
      return `:${value.placeholder}: `;
  }
}

const zshOption = ({flag, value, meaning}: OptionWords): string =>
  `'${flag}${value.kind === 'switch' ? '' : '='}[${zshText(meaning)}]${zshValue(value)}'`;

function zshCommand(command: CommandWords): string {
  const {name, options, operands} = command;
  const rest = operands.kind === 'switch' ? '' : `'*${zshValue(operands).replace(/^:/, ':')}'`;
  const specs = [...options.map(zshOption), ...(rest === '' ? [] : [rest])];
  return `    (${name})\n      _arguments -s \\\n        ${specs.join(' \\\n        ')} ;;`;
}

export const zsh = (): string => `#compdef blocksmtp
${note}
_blocksmtp() {
  local context state state_descr line
  typeset -A opt_args
  local -a commands=(
${commandWords.map(({name, meaning}) => `    '${name}:${zshText(meaning)}'`).join('\n')}
  )
  if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then
    _describe -t commands command commands
    return
  fi
  local command=$words[2]
  if [[ $command == -* ]]; then
    command=run
  else
    shift words
    ((CURRENT--))
  fi
  case $command in
${commandWords.map(zshCommand).join('\n')}
  esac
}
_blocksmtp "$@"
`;

function fishOption(name: string, {flag, value, meaning}: OptionWords): string {
  const where = name === 'run' ? `'__blocksmtp_is run ""'` : `'__blocksmtp_is ${name}'`;
  const takes = {
    switch: '',
    file: ' -r -F',
    words: value.kind === 'words' ? ` -x -a '${value.words.join(' ')}'` : '',
    other: ' -x',
  }[value.kind];
  const text = quoted(meaning.replaceAll('\\', '\\\\')).replaceAll("'\\''", "\\'");
  return `complete -c blocksmtp -n ${where} -l ${flag.slice(2)}${takes} -d '${text}'`;
}

function fishCommand(command: CommandWords): string[] {
  const {name, meaning, options, operands} = command;
  const text = meaning.replaceAll("'", "\\'");
  const rest =
    operands.kind === 'file'
      ? [`complete -c blocksmtp -n '__blocksmtp_is ${name}' -F`]
      : operands.kind === 'words'
        ? [`complete -c blocksmtp -n '__blocksmtp_is ${name}' -a '${operands.words.join(' ')}'`]
        : [];
  return [
    `complete -c blocksmtp -n '__blocksmtp_is ""' -a ${name} -d '${text}'`,
    ...options.map((option) => fishOption(name, option)),
    ...rest,
  ];
}

export const fish = (): string => `# fish completion of blocksmtp(8)
${note}
function __blocksmtp_is
    set -l command ''
    for word in (commandline -opc)[2..]
        if contains -- $word ${names.join(' ')}
            set command $word
            break
        end
    end
    contains -- "$command" $argv
end
complete -c blocksmtp -f
complete -c blocksmtp -n '__blocksmtp_is ""' -l version -d 'Show the version.'
${commandWords.flatMap(fishCommand).join('\n')}
`;
