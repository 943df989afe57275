/** What one HTTP request of /graphql brings with it: an id, the caller's address and viewer, and how long it may take. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { findOutage } from '#platform/database/outage.ts';
import { newId } from '#platform/ids.ts';
import { AppError, TimedOut, Unauthenticated } from '#platform/errors.ts';
import type { Viewer } from '#platform/auth/viewer.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { withTrace } from '#platform/trace.ts';
import { whileWanted } from './deadline.ts';
import { refusal } from './errors.ts';
import { isOpenOperation } from './openOperations.ts';

/** Milliseconds that an operation may take. */
export const DEADLINE_MS = 30_000;

/** `isEvent`: it makes the payload of an event; its cost was taken before, when its subscription was made. */
export type RoutedContext = RequestContext & { isEvent?: boolean };

/** Where Apollo hands us no context (its error formatter), the request is found here. */
export const currentRequest = new AsyncLocalStorage<RoutedContext>();

/** Opens a request: from here it has an id, which the answer's `x-request-id` tells, and a signal. */
export function openRequest({
  deadlineMs = DEADLINE_MS,
  addressOf,
}: {
  deadlineMs?: number;
  addressOf: (request: IncomingMessage) => string;
}): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    const controller = new AbortController();
    const context: RequestContext = {
      viewer: null,
      requestId: newId(),
      address: addressOf(request),
      signal: controller.signal,
    };
    const timer = setTimeout(() => {
      controller.abort(new TimedOut(`This took longer than ${deadlineMs / 1000} s. Ask for less at once.`, { deadlineMs }));
    }, deadlineMs);
    response.on('close', () => {
      clearTimeout(timer);
      if (!response.writableFinished) controller.abort(new TimedOut('The caller left before the answer.'));
    });
    response.setHeader('x-request-id', context.requestId);
    response.setHeader('cache-control', 'no-store');
    withTrace({ requestId: context.requestId }, () => currentRequest.run(context, next));
  };
}

/** The token of `Authorization: Bearer …`. */
export function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +([^\s]+) *$/i.exec(header ?? '')?.[1];
}

/** The request's context with its viewer. Without a valid token only the open operations go on; they do with a stale one, too. */
export async function authorizeRequest(request: Request, authenticate: (token: string) => Promise<Viewer>): Promise<RoutedContext> {
  const context = currentRequest.getStore();
  if (!context) throw new Error('authorizeRequest is called for an opened request only');
  const token = bearerToken(request.headers.authorization);
  try {
    if (!token) throw new Unauthenticated();
    context.viewer = await whileWanted(context, () => authenticate(token));
  } catch (error) {
    const known = error instanceof AppError ? error : findOutage(error);
    if (!known) throw error;
    if (known.code !== 'UNAUTHENTICATED' || request.method !== 'POST' || !isOpenOperation(request.body?.query)) throw refusal(known);
  }
  return context;
}
