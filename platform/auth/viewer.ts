/** Who asks, and what their roles allow. Pure: no database. */
import { NotAllowed, Unauthenticated } from '../errors.ts';

/** The strongest first; INGESTOR, which reads nothing, stands beside them. */
export const ROLES = ['ADMIN', 'STEWARD', 'READER', 'INGESTOR'] as const;
export type Role = (typeof ROLES)[number];

/** A role over everything (both null), over one source or over one domain. */
export type RoleAssignment = { role: Role; sourceId: string | null; domainId: string | null };

/** The API token that a request came with. `scopes` are as its owner named them; what they allow is in the viewer's roles. */
export type ViewerToken = { id: string; scopes: readonly Role[]; expiresAt: Date | null };

/**
 * `roles` are what counts: those of the user now, or what of them a token's scopes leave. Either a session or a token; neither in the
 * system's own work. `expiresAt`: when what it was authenticated with ends by itself; absent where it never does.
 */
export type Viewer = {
  userId: string;
  sessionId: string | null;
  token?: ViewerToken;
  expiresAt?: Date;
  roles: readonly RoleAssignment[];
};

/** In whose name consumers and jobs read. No user has this id. */
export const SYSTEM_VIEWER: Viewer = {
  userId: '00000000-0000-0000-0000-000000000000',
  sessionId: null,
  roles: [{ role: 'ADMIN', sourceId: null, domainId: null }],
};

/** `read`: see it. `edit`: words, labels, scans. `administer`: change, test and remove a source. `ingest`: tell what runs of jobs let flow into it. */
export type Action = 'read' | 'edit' | 'administer' | 'ingest';

const ROLES_FOR: Record<Action, readonly Role[]> = {
  read: ['READER', 'STEWARD', 'ADMIN'],
  edit: ['STEWARD', 'ADMIN'],
  administer: ['ADMIN'],
  ingest: ['INGESTOR', 'ADMIN'],
};

/** The scopes over which a viewer may do an action: everything, or these sources and domains. */
export type Scopes = { everything: boolean; sourceIds: string[]; domainIds: string[] };

export function scopesFor(viewer: Viewer, action: Action): Scopes {
  const scopes: Scopes = { everything: false, sourceIds: [], domainIds: [] };
  for (const { role, sourceId, domainId } of viewer.roles) {
    if (!ROLES_FOR[action].includes(role)) continue;
    if (sourceId) scopes.sourceIds.push(sourceId);
    else if (domainId) scopes.domainIds.push(domainId);
    else scopes.everything = true;
  }
  return scopes;
}

/** Over a source itself, its scans and runs. What may be done to an asset its access class decides: `visibleClasses` knows the tree of domains. */
export function may(viewer: Viewer, action: Action, { sourceId }: { sourceId: string }): boolean {
  const scopes = scopesFor(viewer, action);
  return scopes.everything || scopes.sourceIds.includes(sourceId);
}

export const mayEverywhere = (viewer: Viewer, action: Action): boolean => scopesFor(viewer, action).everything;

/** Whether the viewer reads anything at all: then also people's names, teams and what belongs to no source. */
export function mayRead(viewer: Viewer): boolean {
  const scopes = scopesFor(viewer, 'read');
  return scopes.everything || scopes.sourceIds.length > 0 || scopes.domainIds.length > 0;
}

/** The viewer, or UNAUTHENTICATED. */
export function requireViewer(viewer: Viewer | null): Viewer {
  if (!viewer) throw new Unauthenticated();
  return viewer;
}

/** The viewer if it has any reading role, else FORBIDDEN. Asked before anything else by every query but `me`, and by every mutation but those of sessions and tokens. */
export function requireReader(viewer: Viewer | null): Viewer {
  const known = requireViewer(viewer);
  if (!mayRead(known)) {
    throw new NotAllowed('This needs a reading role (READER, STEWARD or ADMIN) over at least one source or domain.', 'role:READER');
  }
  return known;
}

/** The viewer if it may tell of lineage anywhere, else FORBIDDEN. */
export function requireIngestor(viewer: Viewer | null): Viewer {
  const known = requireViewer(viewer);
  const { everything, sourceIds, domainIds } = scopesFor(known, 'ingest');
  if (!everything && sourceIds.length === 0 && domainIds.length === 0) {
    throw new NotAllowed('This needs the role INGESTOR or ADMIN over at least one source or domain.', 'role:INGESTOR');
  }
  return known;
}

/** The viewer if it has the action over everything, else FORBIDDEN. */
export function requireEverywhere(viewer: Viewer | null, action: Action): Viewer {
  const known = requireViewer(viewer);
  if (!mayEverywhere(known, action)) {
    const role = action === 'administer' ? 'ADMIN' : action === 'edit' ? 'STEWARD' : 'READER';
    throw new NotAllowed(`This needs the role ${role} over everything.`, `role:${role}`);
  }
  return known;
}
