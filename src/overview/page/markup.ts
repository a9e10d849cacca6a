/**
 * HTML and SVG as text that cannot be broken out of: whatever is put between or into elements is escaped, and only
 * what this module made itself is not. Knows no page.
 */

/** Made here: it is put into other markup as it is. */
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

/** Control characters and marks that turn the direction of writing become `?`: people shall see what stands there. */
export const escaped = (text: string): string =>
  text
    .replaceAll(/[^\P{C}\n]/gu, '?')
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');

const contentText = (content: Content): string => {
  if (typeof content === 'string') return escaped(content);
  return 'markup' in content ? content.markup : content.map(contentText).join('');
};

/** Elements that have no end. */
const empty = new Set(['meta', 'rect', 'line', 'path', 'circle']);

/** An element of a name that we wrote. @param attributes its names are ours too, their values are escaped */
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
