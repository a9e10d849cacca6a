/** Whatever is put into the page stays text: nothing that others wrote becomes an element or an attribute. */
import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {element, escaped} from '../../../src/overview/page/markup.js';
import {hostile} from '../samples.js';

test('hostile text is escaped between tags and in attributes', () => {
  const {markup} = element('p', {title: hostile}, hostile, element('b', {}, '&amp;'));
  expect(markup).not.toMatch(/<(?!\/?[pb][ >])/);
  expect(markup).toContain('&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;lt;');
  expect(markup).toContain('<b>&amp;amp;</b>');
  expect(markup).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
});

test('whatever text it is: no character of markup or control is left', () => {
  fc.assert(
    fc.property(fc.string({unit: 'binary'}), (text) => {
      expect(escaped(text)).not.toMatch(/[<>"']|[^\P{C}\n]/u);
      expect(escaped(text).replaceAll(/&(?:amp|lt|gt|quot|#39);/g, '')).not.toContain('&');
    }),
  );
});
