/** The subgraph `identity`: wiring only. */
import type { Database } from '#platform/database/index.ts';
import type { Consumer } from '#platform/events/consumer.ts';
import { createSubgraph, type Subgraph } from '#platform/graphql/subgraph.ts';
import type { Logger } from '#platform/logger.ts';
import { createLoadersPerOperation, type IdentityContext } from './context.ts';
import { createApiTokens } from './domain/apiTokens.ts';
import { createDeadLetters } from './domain/deadLetters.ts';
import { createFirstAdministrator, type FirstAdministrator } from './domain/firstAdministrator.ts';
import { createRemovedDomains } from './domain/removedDomains.ts';
import { createSessions, type Sessions } from './domain/sessions.ts';
import { createTeams } from './domain/teams.ts';
import { createTokenAuthentication } from './domain/tokenAuthentication.ts';
import { createTokenSecrets } from './domain/tokenSecrets.ts';
import { createUsers } from './domain/users.ts';
import { createAuditedReadResolvers } from './resolvers/AuditedRead.ts';
import { createDeadLetterResolvers } from './resolvers/DeadLetter.ts';
import { createEventResolvers } from './resolvers/Event.ts';
import { createMutationResolvers } from './resolvers/Mutation.ts';
import { createQueryResolvers } from './resolvers/Query.ts';
import { createTeamResolvers } from './resolvers/Team.ts';
import { createUserResolvers } from './resolvers/User.ts';

export type IdentityDependencies = {
  /** A pool of the role `identity`. */
  database: Database;
  rootKey: Uint8Array;
  /** FAULT's parts: `consumer:identity` fails what the consumers are given. */
  faults?: ReadonlySet<string>;
  logger: Logger;
  /** Called after each commit that wrote events: wakes the sequencer where it is near. */
  onCommit?: () => void;
  /** The clock, for tests. */
  now?: () => Date;
};

export type Identity = {
  subgraph: Subgraph;
  sessions: Sessions;
  /** Started after the sequencer, stopped before it. */
  consumers: Consumer[];
  /** Makes the first user, once; null when there are users already. */
  createFirstAdministrator(wanted: { email?: string | undefined; password?: string | undefined }): Promise<FirstAdministrator | null>;
};

export function createIdentity(dependencies: IdentityDependencies): Identity {
  const { database, rootKey, logger, faults, onCommit = () => {}, now = () => new Date() } = dependencies;
  const common = { database, onCommit, now, logger: logger.child({ module: 'identity' }) };
  const secrets = createTokenSecrets(rootKey);
  const tokens = createTokenAuthentication({ ...common, secrets });
  const context: IdentityContext = {
    database,
    users: createUsers(common),
    teams: createTeams(common),
    apiTokens: createApiTokens({ ...common, secrets }),
    deadLetters: createDeadLetters(common),
    loaders: createLoadersPerOperation(database),
  };
  return {
    subgraph: createSubgraph('identity', {
      Query: createQueryResolvers(context),
      Mutation: createMutationResolvers(context),
      User: createUserResolvers(context),
      Team: createTeamResolvers(context),
      Event: createEventResolvers(context),
      DeadLetter: createDeadLetterResolvers(context),
      AuditedRead: createAuditedReadResolvers(context),
    }),
    sessions: createSessions({ ...common, rootKey, tokens }),
    consumers: [createRemovedDomains({ ...common, faults })],
    createFirstAdministrator: (wanted) => createFirstAdministrator(common, wanted),
  };
}
