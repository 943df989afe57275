/** A hit's highlights do not say what they are of: their text tells. */
import { plainText } from '@/components/ui/highlight';

type Described = {
  name: string;
  displayName: string;
  description?: string | null;
  sourceDescription?: string | null;
  tags: readonly string[];
};

export type HitTexts = {
  /** The part of the qualified name before what `title` shows. */
  prefix: string;
  /** Marked text, as all of these. */
  title: string;
  description?: string;
  columns: string[];
  /** Of tags and terms. */
  words: string[];
};

const CUT = /^… | …$/g;

/** `highlights`: escaped text with `<em>` around the matches; without a match in the name `title` is empty. */
export function readHighlights(highlights: readonly string[], asset: Described): HitTexts {
  const texts: HitTexts = { prefix: asset.name, title: '', columns: [], words: [] };
  for (const [index, marked] of highlights.entries()) {
    const plain = plainText(marked);
    const isTitle = index === 0 && (plain === asset.name || plain === asset.displayName);
    if (isTitle) [texts.prefix, texts.title] = splitName(asset.name, plain, marked);
    else if (isOf([asset.description, asset.sourceDescription], plain.replaceAll(CUT, ''))) texts.description ??= marked;
    else if (asset.tags.includes(plain)) texts.words.push(marked);
    // A column's name; a term that has a blank cannot be told from one, and reads the same.
    else texts.columns.push(marked);
  }
  return texts;
}

const isOf = (texts: readonly (string | null | undefined)[], part: string): boolean => texts.some((text) => text?.includes(part));

/** What was matched is the end of the qualified name, or all of it. */
function splitName(name: string, plain: string, marked: string): [string, string] {
  return name.endsWith(plain) ? [name.slice(0, name.length - plain.length), marked] : ['', marked];
}
