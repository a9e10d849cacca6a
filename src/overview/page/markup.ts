/**
 * Makes HTML and SVG. Escapes every text that is put between or into elements; only markup that this module made itself
 * is not escaped. So foreign text cannot become an element. Knows no page.
 */

/** Markup that was made here. It is put into other markup unchanged. */
export interface Markup {
  readonly markup: string;
}

type Content = string | Markup | readonly Content[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Control characters, and marks that change the direction of writing, become `?`, so that people see the true text. */
export const escaped = (text: string): string =>
  text
    .replaceAll(/[^\P{C}\n]/gu, '?')
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');

const contentText = (content: Content): string => {
  if (typeof content === 'string') return escaped(content);
  return 'markup' in content ? content.markup : content.map(contentText).join('');
};

/** Elements without an end tag. */
const empty = new Set(['meta', 'rect', 'line', 'path', 'circle']);

/** An element. Its name and the names of its attributes are ours; the values are escaped. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>> = {},
  ...content: readonly Content[]
): Markup {
  const words = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${escaped(`${value}`)}"`,
  );
  const begin = `<${name}${words.join('')}`;
  const isEmpty = empty.has(name);
  return {markup: isEmpty ? `${begin}/>` : `${begin}>${contentText(content)}</${name}>`};
}

/** A style sheet of ours. */
export const styles = (text: string): Markup => ({markup: `<style>${text}</style>`});
