import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('./globals.css', import.meta.url), 'utf8');

/** The colours of a theme, by name. */
function colours(selector: string): Record<string, string> {
  const [, block] = new RegExp(`^${selector.replaceAll(/[[\]]/g, '\\$&')} \\{([^}]*)\\}`, 'm').exec(css) ?? [];
  return Object.fromEntries([...block!.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name!, value!]));
}
const THEMES = { light: colours(':root'), dark: colours("[data-theme='dark']") };

/** WCAG 2: relative luminance of #rrggbb. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}
function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const GROUNDS = ['canvas', 'surface', 'subtle', 'raised', 'hover', 'primary-subtle'];
const SEVERITIES = ['info', 'warning', 'error', 'critical', 'ok'];
const KINDS = ['container', 'table', 'view', 'matview', 'file', 'topic', 'report', 'pipeline', 'model'];

/** What stands on what, and the least ratio: 4.5 for text, 3 for marks and for what is typed into. */
const PAIRS: [over: string, under: string, least: number][] = [
  ...['fg', 'fg-2', 'fg-3', 'primary-text'].flatMap((text) => GROUNDS.map((ground): [string, string, number] => [text, ground, 4.5])),
  ...GROUNDS.map((ground): [string, string, number] => ['control', ground, 3]),
  ...['surface', 'canvas', 'raised'].map((ground): [string, string, number] => ['ring', ground, 3]),
  ['primary-fg', 'primary', 4.5],
  ['primary-fg', 'primary-hover', 4.5],
  ['primary-fg', 'critical-solid', 4.5],
  ...SEVERITIES.flatMap((name): [string, string, number][] => [
    ...['surface', 'raised', 'hover', `${name}-subtle`].map((ground): [string, string, number] => [`${name}-text`, ground, 4.5]),
    ...['surface', `${name}-subtle`].map((ground): [string, string, number] => [`${name}-mark`, ground, 3]),
  ]),
  ...['diff-add', 'diff-add-strong', 'diff-del', 'diff-del-strong'].map((ground): [string, string, number] => ['fg', ground, 4.5]),
  ...KINDS.flatMap((kind) => ['surface', 'canvas'].map((ground): [string, string, number] => [`kind-${kind}`, ground, 3])),
];

describe.each(Object.entries(THEMES))('the %s theme', (_name, tokens) => {
  it('names the same colours as the other one', () => {
    expect(Object.keys(tokens).sort()).toEqual(Object.keys(THEMES.light).sort());
  });

  it.each(PAIRS)('shows %s on %s at %d or more', (over, under, least) => {
    expect(contrast(tokens[over]!, tokens[under]!)).toBeGreaterThanOrEqual(least);
  });
});
