/**
 * Type-aware lint for all TypeScript, and two rules of the house: only src/sys touches the machine,
 * and each outside package has one importer, so that it can be replaced in one place.
 */
import tseslint from 'typescript-eslint';
import {root} from './tools/install.mjs';

/** Package → the file that may import it, besides tests. */
const importers = {
  commander: [
    'src/main.ts',
    'src/cli/program.ts',
    'src/cli/rows/command.ts',
    'src/cli/rows/options.ts',
  ],
  execa: ['src/sys/run/command.ts'],
  'ip-cidr': ['src/net/network.ts'],
  'node-cron': ['src/sys/run/schedule.ts'],
  'node-sqlite3-wasm': ['src/sys/disk/store.ts'],
  nodemailer: ['src/sys/talk/mail.ts'],
  'smol-toml': ['src/sys/disk/config-file.ts'],
  tail: ['src/sys/follow/wake.ts'],
  tldts: ['src/sys/contact/registrable.ts'],
  winston: ['src/sys/talk/log.ts'],
};

const onlySysTouchesTheMachine = {
  group: ['node:*'],
  message: 'Only src/sys touches the machine.',
};

function forbidden(file) {
  return Object.entries(importers)
    .filter(([, files]) => !files.includes(file))
    .map(([name]) => ({name, message: `Only ${importers[name].join(', ')} may import ${name}.`}));
}

const packageRules = ['src', ...new Set(Object.values(importers).flat())].map((file) => ({
  files: [file === 'src' ? 'src/**/*.ts' : file],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        paths: forbidden(file),
        patterns: file.startsWith('src/sys/') ? [] : [onlySysTouchesTheMachine],
      },
    ],
  },
}));

const sysFiles = {
  files: ['src/sys/**/*.ts'],
  ignores: Object.values(importers).flat(),
  rules: {'no-restricted-imports': ['error', {paths: forbidden('src/sys')}]},
};

export default tseslint.config(
  {ignores: ['dist', 'node_modules', 'debian', 'src/scan/scan.as.ts']},
  {
    files: ['src/**/*.ts', 'test/**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {parserOptions: {project: './tsconfig.json', tsconfigRootDir: root}},
    linterOptions: {reportUnusedDisableDirectives: 'error'},
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        {allowNumber: true, allowBoolean: true},
      ],
      // `noUncheckedIndexedAccess` makes us say where an index is known to be good.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // A type parameter that names what a table gives is used once, and is still a fact.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', {ignoreArrowShorthand: true}],
      'max-lines': ['error', 350],
      'max-lines-per-function': ['error', {max: 60, skipComments: true, skipBlankLines: true}],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {'max-lines-per-function': 'off', '@typescript-eslint/no-unsafe-assignment': 'off'},
  },
  {
    // winston types its transports as interfaces beside the class that they really extend.
    files: ['src/sys/talk/log.ts'],
    rules: {'@typescript-eslint/no-unsafe-class-instance-assignment': 'off'},
  },
  ...packageRules,
  sysFiles,
);
