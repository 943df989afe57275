/**
 * What a page asks as soon as it has its session. Over a slow network each question that waits for another costs a round trip: so these are
 * answered together with the session. An operation is named as in the page's script; one that the page asks otherwise is asked by the page itself.
 */
export type Question = { name: string; variables: Record<string, unknown> };

const ID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const ASSET = new RegExp(`^/assets/(${ID})$`);

/** What each page has around it. */
const EVERYWHERE: readonly Question[] = [
  { name: 'ProvidersMe', variables: {} },
  { name: 'NavigationOpen', variables: {} },
];

/** `page`: path and search, as the browser says it; `viewerId`: null where it could not be read. */
export function firstQuestions(page: string, viewerId: string | null): Question[] {
  const [path = '/', search] = page.split('?');
  return [...EVERYWHERE, ...(search ? [] : ofPage(path, viewerId))];
}

/** As its address is without anything chosen. */
function ofPage(path: string, viewerId: string | null): Question[] {
  if (path === '/') return ofHome(viewerId);
  const id = ASSET.exec(path)?.[1];
  if (id) return ['AssetPage', 'SchemaTab', 'AssetHeaderViolations'].map((name) => ({ name, variables: { id } }));
  return [];
}

function ofHome(viewerId: string | null): Question[] {
  const ofAll = ['Home', 'NeedsReviews', 'SourcesHealth'].map((name) => ({ name, variables: {} }));
  const ofViewer = ['NeedsViolations', 'UseOwnAssets'].map((name) => ({ name, variables: { ownerIds: [viewerId] } }));
  return viewerId ? [...ofAll, ...ofViewer] : ofAll;
}
