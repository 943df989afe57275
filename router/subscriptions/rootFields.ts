/** The fields of `Subscription`: which events each is about, and what of an event its payload tells. */
import { InvalidInput } from '#platform/errors.ts';
import { matchTypes } from '#platform/events/visibility.ts';
import { checkText } from '#platform/graphql/inputs.ts';
import { matchAssets, matchViolations, type AssetFilter, type ViolationFilter } from './filters.ts';
import type { Candidate, Candidates, LiveEvent } from './logEvents.ts';
import { progressAt } from './progress.ts';

/** Which events one subscription is about. */
export type Interest = Candidates & { matches: (event: Candidate) => boolean };

export type RootField = {
  /** The payload's field that is an entity of the graph, the query that gives it, and whose it is. */
  entity: { field: string; query: string; idOf: (event: LiveEvent) => string };
  /** BAD_USER_INPUT, with its field, for arguments that cannot be used. */
  interest: (args: Readonly<Record<string, unknown>>) => Interest;
  /** The payload's other fields. `cursor` is the event's position. */
  tell: (event: LiveEvent, cursor: string) => Readonly<Record<string, unknown>>;
};

const MOST_TYPES = 100;
const VIOLATION_TYPES = ['policy.violated', 'policy.resolved', 'policy.acknowledged', 'policy.waived', 'policy.reopened'];

const subjectOf = ({ subject }: LiveEvent): string => subject ?? '';
const envelope = ({ type, time }: LiveEvent, cursor: string) => ({ cursor, at: time.toISOString(), type });

/** Of these types and, if that is given, about this subject. */
function about({ types, subject }: Candidates, matches: Interest['matches'] = () => true): Interest {
  const wanted = types && new Set(types);
  return {
    types,
    subject,
    matches: (event) =>
      (!wanted || wanted.has(event.type)) && (subject === null || event.subject?.toLowerCase() === subject) && matches(event),
  };
}

const readSubject = (subject: unknown, field: string): string | null =>
  subject == null ? null : checkText(subject as string, field, { max: 200 }).toLowerCase();

export const ROOT_FIELDS: Readonly<Record<string, RootField>> = {
  scanProgress: {
    entity: { field: 'run', query: 'scanRun', idOf: subjectOf },
    interest: ({ runId }) => about({ types: matchTypes(['scan.*']), subject: readSubject(runId, 'runId') }),
    tell: (event, cursor) => ({ ...envelope(event, cursor), progress: progressAt(event), runId: event.subject }),
  },
  violationRaised: {
    entity: { field: 'violation', query: 'violation', idOf: subjectOf },
    interest: ({ filter }) => about({ types: VIOLATION_TYPES, subject: null }, matchViolations((filter ?? {}) as ViolationFilter)),
    tell: (event, cursor) => ({ ...envelope(event, cursor), violationId: event.subject }),
  },
  assetChanged: {
    entity: { field: 'asset', query: 'asset', idOf: subjectOf },
    interest: ({ filter }) => about({ types: matchTypes(['asset.*']), subject: null }, matchAssets((filter ?? {}) as AssetFilter)),
    tell: (event, cursor) => ({ ...envelope(event, cursor), assetId: event.subject, changedFields: event.changedFields ?? [] }),
  },
  eventPublished: {
    entity: { field: 'event', query: 'event', idOf: ({ id }) => id },
    interest({ types, subject }) {
      const asked = types as string[] | null | undefined;
      if (asked && asked.length > MOST_TYPES) throw new InvalidInput(`At most ${MOST_TYPES} types can be asked for at a time.`, 'types');
      return about({ types: asked ? matchTypes(asked) : null, subject: readSubject(subject, 'subject') });
    },
    tell: (_event, cursor) => ({ cursor }),
  },
};
