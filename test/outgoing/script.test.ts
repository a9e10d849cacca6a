import {describe, expect, test} from '@jest/globals';
import {cgiScriptOf, isInterpreter, scriptOf} from '../../src/outgoing/script.js';

describe('scriptOf', () => {
  test.each([
    ['/usr/bin/perl', ['perl', '/srv/x.pl'], '/srv/x.pl'],
    ['/usr/bin/perl', ['perl', 'x.pl', '-v'], '/home/a/x.pl'],
    ['/usr/bin/perl', ['perl', './x.pl'], '/home/a/x.pl'],
    ['/usr/bin/perl5.36.0', ['perl', '-w', '-I', '/lib', '-T', 'x.pl'], '/home/a/x.pl'],
    ['/usr/bin/perl', ['perl', '-I/lib', '-MSocket', 'x.pl'], '/home/a/x.pl'],
    ['/usr/bin/perl', ['perl', '-e', 'print 1', 'x.pl'], ''],
    ['/usr/bin/perl', ['perl', '-wne', 'print', 'x.pl'], ''],
    ['/usr/bin/perl', ['perl', '--', '-x.pl'], '/home/a/-x.pl'],
    ['/usr/bin/perl', ['perl', '-'], ''],
    ['/usr/bin/perl', ['perl'], ''],
    ['/usr/bin/python3.13', ['python3', '-u', '/srv/x.py'], '/srv/x.py'],
    ['/usr/bin/python3.13', ['python3', '-W', 'ignore', 'x.py'], '/home/a/x.py'],
    ['/usr/bin/python3.13', ['python3', '-c', 'import x', 'y'], ''],
    ['/usr/bin/python3.13', ['python3', '-m', 'smtplib'], ''],
    ['/usr/bin/php8.4', ['php', '-d', 'x=1', '-f', 'x.php'], '/home/a/x.php'],
    ['/usr/bin/php-cgi8.4', ['php-cgi', 'x.php'], '/home/a/x.php'],
    ['/usr/bin/php8.4', ['php', '-r', 'mail();'], ''],
    ['/usr/bin/bash', ['bash', '-c', 'x'], ''],
    ['/usr/bin/dash', ['/bin/sh', '/srv/x.sh'], '/srv/x.sh'],
    ['/usr/bin/node', ['node', '--import', 'tsx', 'x.mjs'], '/home/a/x.mjs'],
    ['/usr/bin/perl (deleted)', ['perl', 'x.pl'], '/home/a/x.pl'],
    ['/usr/bin/mutt', ['mutt', 'x.pl'], ''],
    ['', ['perl', 'x.pl'], ''],
  ])('%s %j: %j', (executable, commandLine, script) => {
    expect(scriptOf(executable, commandLine, '/home/a')).toBe(script);
  });

  test('without a directory a relative name stays what it is', () => {
    expect(scriptOf('/usr/bin/perl', ['perl', 'x.pl'], '')).toBe('x.pl');
    expect(scriptOf('/usr/bin/perl', ['perl', 'x.pl'], '/')).toBe('/x.pl');
  });
});

test('isInterpreter', () => {
  const paths = [
    '/usr/bin/perl',
    '/usr/sbin/php-fpm8.4',
    '/usr/bin/php-cgi8.4',
    '/bin/sh',
    '/x/perlish',
  ];
  expect(paths.filter(isInterpreter)).toEqual(['/usr/bin/perl', '/usr/bin/php-cgi8.4', '/bin/sh']);
});

test('cgiScriptOf: the script that the web server had run', () => {
  expect(cgiScriptOf(['A=1', 'SCRIPT_FILENAME=/srv/www/form.pl', 'B=2'])).toBe('/srv/www/form.pl');
  expect(cgiScriptOf(['XSCRIPT_FILENAME=/srv/www/form.pl'])).toBe('');
});
