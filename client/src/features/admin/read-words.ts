/** What somebody read, for the table of reads. */
const PAGES: Record<string, string> = {
  asset: '/assets/',
  lineage: '/lineage/',
  impact: '/lineage/',
  source: '/sources/',
  scanRun: '/runs/',
  scanProgress: '/runs/',
  policy: '/policies/',
  violation: '/violations?tab=all&violation=',
  domain: '/domains/',
  glossaryTerm: '/glossary/',
  user: '/admin/users?user=',
  event: '/admin/audit?event=',
};

/** The page of what was asked for. Only where one field was: of several nobody knows which of them the id belongs to. */
export function pageOfRead(fields: readonly string[], id: string): string | null {
  const page = fields.length === 1 ? PAGES[fields[0]!] : undefined;
  return page ? page + id : null;
}

/** `3f2a… and 2 more`: ids are known by their ends, for they begin with the time at which they were made. */
export const shortIds = (ids: readonly string[]): string =>
  ids.length === 0 ? '' : `…${ids[0]!.slice(-8)}${ids.length > 1 ? ` and ${ids.length - 1} more` : ''}`;
