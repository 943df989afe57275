/** The graph as a picture, and the table as CSV: nothing that is not shown. Loaded when it is asked for. */
import { formatFull } from '@/lib/format';
import { edgeDrawer } from './edge-path';
import { kindOf, nameOf, placeOf, type Graph } from './graph';
import { NODE_HEIGHT, NODE_WIDTH, ROW_HEIGHT, type Places } from './layout';
import { MOST_ROWS, type ColumnsShown } from './columns';
import type { Highlight } from './paths';

export type Picture = {
  graph: Graph;
  columns: ColumnsShown;
  highlight: Highlight | null;
  places: Places;
  heights: ReadonlyMap<string, number>;
  title: string;
  asOf: string | null;
  compare: string | null;
};
export type Colours = (token: string) => string;

const MARGIN = 24;
const HEAD = 56;
const SANS = 'Inter, ui-sans-serif, system-ui, sans-serif';
const MONO = "'JetBrains Mono', ui-monospace, monospace";
const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** What XML cannot hold is left out. */
const escape = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- they are what is taken away
  text.replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '').replaceAll(/[&<>"']/g, (character) => ESCAPES[character]!);
const cut = (text: string, most: number): string => ([...text].length > most ? `${[...text].slice(0, most - 1).join('')}…` : text);

const KIND_TOKENS: Record<string, string> = {
  TABLE: 'table', VIEW: 'view', MATERIALIZED_VIEW: 'matview', EXTERNAL_TABLE: 'file', FILE: 'file', TOPIC: 'topic', REPORT: 'report',
  DASHBOARD: 'report', PIPELINE: 'pipeline', DATASET: 'model', MODEL: 'model',
}; // prettier-ignore

export function drawSvg({ graph, columns, highlight, places, heights, title, asOf, compare }: Picture, colour: Colours): string {
  const nodes = graph.nodes.flatMap((node) => {
    const place = places.get(node.id);
    return place ? [{ node, ...place, height: heights.get(node.id) ?? NODE_HEIGHT }] : [];
  });
  const left = Math.min(...nodes.map(({ x }) => x)) - MARGIN;
  const top = Math.min(...nodes.map(({ y }) => y)) - MARGIN - HEAD;
  const width = Math.max(420, Math.max(...nodes.map(({ x }) => x + NODE_WIDTH)) - left + MARGIN);
  const height = Math.max(...nodes.map(({ y, height: own }) => y + own)) - top + MARGIN;
  const text = (x: number, y: number, size: number, fill: string, words: string, more = ''): string =>
    `<text x="${x}" y="${y}" font-size="${size}" fill="${colour(fill)}" ${more}>${escape(words)}</text>`;

  const rowPlace = new Map<string, { assetId: string; y: number }>();
  for (const [assetId, rows] of columns.rows)
    rows.slice(0, MOST_ROWS).forEach(({ id }, index) => rowPlace.set(id, { assetId, y: NODE_HEIGHT + (index + 0.5) * ROW_HEIGHT }));
  const draw = edgeDrawer(places, heights);
  const edge = (from: { x: number; y: number }, to: { x: number; y: number }, stroke: string, strokeWidth: number, dash = ''): string => {
    const { path, head } = draw({ x: from.x + NODE_WIDTH, y: from.y }, to);
    return `<path d="${path}" fill="none" stroke="${colour(stroke)}" stroke-width="${strokeWidth}"${dash}/><path d="${head}" fill="${colour(stroke)}"/>`;
  };
  const middle = (id: string) => {
    const { x, y } = places.get(id)!;
    return { x, y: y + NODE_HEIGHT / 2 };
  };
  const flows = graph.flows
    .filter(({ from, to }) => places.has(from) && places.has(to))
    .map(({ id, from, to, mark }) => {
      const isOn = highlight?.flows.has(id) ?? false;
      const stroke = isOn ? 'ring' : mark ? (mark.is === 'added' ? 'ok-mark' : 'error-mark') : 'control';
      return edge(middle(from), middle(to), stroke, isOn ? 2 : 1.25, mark?.is === 'removed' ? ' stroke-dasharray="4 4"' : '');
    });
  const columnFlows = columns.flows.flatMap(({ id, from, to }) => {
    const [a, b] = [rowPlace.get(from), rowPlace.get(to)];
    const [source, target] = [a && places.get(a.assetId), b && places.get(b.assetId)];
    if (!a || !b || !source || !target) return [];
    const isOn = columns.path?.flows.has(id) ?? false;
    return [edge({ x: source.x, y: source.y + a.y }, { x: target.x, y: target.y + b.y }, isOn ? 'ring' : 'control', isOn ? 2 : 1.25)];
  });
  const boxes = nodes.map(({ node, x, y, height: own }) => {
    const isRoot = node.id === graph.rootId;
    const border = isRoot ? 'ring' : node.mark ? (node.mark.is === 'added' ? 'ok-mark' : 'error-mark') : 'line-strong';
    const isRemoved = node.mark?.is === 'removed';
    const rows = (columns.rows.get(node.id) ?? []).slice(0, MOST_ROWS);
    return [
      `<rect x="${x}" y="${y}" width="${NODE_WIDTH}" height="${own}" rx="6" fill="${colour('surface')}" stroke="${colour(border)}" stroke-width="${isRoot ? 2 : 1}"${isRemoved ? ' stroke-dasharray="4 4"' : ''}/>`,
      `<rect x="${x}" y="${y}" width="3" height="${own}" rx="1.5" fill="${colour(`kind-${KIND_TOKENS[kindOf(node)] ?? 'container'}`)}"/>`,
      text(
        x + 12,
        y + 19,
        13,
        'fg',
        cut(nameOf(node), 23),
        `font-family="${MONO}" font-weight="500"${isRemoved ? ' text-decoration="line-through"' : ''}`,
      ),
      text(x + 12, y + 35, 11, 'fg-3', cut(`${kindOf(node).toLowerCase().replaceAll('_', ' ')}, ${placeOf(node)}`, 32)),
      ...rows.map(({ id, name }, index) =>
        text(
          x + 12,
          y + NODE_HEIGHT + index * ROW_HEIGHT + 16,
          12,
          columns.path?.nodes.has(id) ? 'fg' : 'fg-2',
          cut(name, 26),
          `font-family="${MONO}"`,
        ),
      ),
      node.folded > 0 ? text(x + NODE_WIDTH - 8, y + 35, 11, 'fg-2', `+${node.folded}`, 'text-anchor="end"') : '',
    ].join('');
  });
  const moment = asOf ? `As of ${formatFull(new Date(asOf))}` : 'As of now';
  const second = [moment, compare && `compared with ${formatFull(new Date(compare))}`, `drawn ${formatFull(new Date())}`]
    .filter(Boolean)
    .join(', ');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${left} ${top} ${width} ${height}" width="${width}" height="${height}" font-family="${SANS}">`,
    `<title>${escape(title)}</title>`,
    `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="${colour('canvas')}"/>`,
    text(left + MARGIN, top + 30, 15, 'fg', title, 'font-weight="600"'),
    text(left + MARGIN, top + 50, 12, 'fg-3', second),
    ...flows,
    ...columnFlows,
    ...boxes,
    '</svg>',
  ].join('\n');
}

export const themeColours = (): Colours => {
  const styles = getComputedStyle(document.documentElement);
  return (token) => styles.getPropertyValue(`--${token}`).trim();
};

export function save(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // After the browser has begun to read it.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Larger pictures than this are refused by browsers. */
const MOST_PIXELS = 16_000;

export async function svgToPng(svg: string): Promise<Blob> {
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const scale = Math.min(2, MOST_PIXELS / Math.max(image.width, image.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.ceil(image.width * scale);
    canvas.height = Math.ceil(image.height * scale);
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, refuse) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : refuse(new Error('The picture is too large'))), 'image/png'),
    );
  } finally {
    URL.revokeObjectURL(address);
  }
}
