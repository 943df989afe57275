/** Operations against a subgraph, and the viewers of every test world: one who sees all, one who sees 1 %, one who sees nothing. */
import { graphql, type GraphQLError, type GraphQLSchema } from 'graphql';
import type { Role, Viewer } from '../auth/viewer.ts';
import { findAppError } from '../errors.ts';
import type { RequestContext } from '../graphql/context.ts';
import { newId } from '../ids.ts';
import { observe } from './observedFields.ts';

export type ScopedRole = { role: Role; sourceId?: string; domainId?: string };

export const viewerWith = (...roles: ScopedRole[]): Viewer => ({
  userId: newId(),
  sessionId: null,
  roles: roles.map(({ role, sourceId = null, domainId = null }) => ({ role, sourceId, domainId })),
});
export const administrator = (): Viewer => viewerWith({ role: 'ADMIN' });
/** Sees everything of one source and nothing else. */
export const readerOf = (source: { id: string }): Viewer => viewerWith({ role: 'READER', sourceId: source.id });
export const stewardOf = (source: { id: string }): Viewer => viewerWith({ role: 'STEWARD', sourceId: source.id });
/** Has a reading role, over a domain without assets. */
export const readerOfNothing = (): Viewer => viewerWith({ role: 'READER', domainId: newId() });

export const contextOf = (viewer: Viewer | null): RequestContext => ({ viewer, requestId: newId(), address: '127.0.0.1' });

export type Answer = {
  // The tests say what they expect of it.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  data: any;
  errors: { code: string | undefined; message: string; path: string; details: Readonly<Record<string, unknown>> }[];
};

/** Executes operations against a subgraph's schema as different viewers. */
export function createAsker(schema: GraphQLSchema) {
  return async (viewer: Viewer | null, source: string, variableValues: Record<string, unknown> = {}): Promise<Answer> => {
    const { data, errors = [] } = await graphql({ schema, source, variableValues, contextValue: contextOf(viewer) });
    observe(schema, source, data);
    return { data: data && JSON.parse(JSON.stringify(data)), errors: errors.map(toProblem) };
  };
}

function toProblem(error: GraphQLError): Answer['errors'][number] {
  const known = findAppError(error);
  return {
    code: known?.code ?? (error.extensions['code'] as string | undefined),
    message: error.message,
    path: (error.path ?? []).join('.'),
    details: known?.details ?? {},
  };
}
