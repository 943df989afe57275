/** PostgreSQL 12 and later: a source is one server, a container one of its databases. */
import type { Connector } from '../types.ts';
import { check } from './check.ts';
import { address, configSchema, databaseNames, maskConfig, resolveTarget, unmaskConfig, type PostgresConfig } from './config.ts';
import { list } from './list.ts';
import { read } from './read.ts';

export const postgres: Connector<PostgresConfig> = {
  id: 'postgres',
  title: 'PostgreSQL',
  configSchema,
  secretFields: ['password'],
  assetKinds: ['DATABASE', 'SCHEMA', 'TABLE', 'VIEW', 'MATERIALIZED_VIEW', 'EXTERNAL_TABLE'],
  endpoint: (config) => {
    const { host, port, user } = resolveTarget(config);
    return JSON.stringify([host, port, user]);
  },
  namespace: (config) => `postgres://${address(resolveTarget(config))}`,
  containers: databaseNames,
  mask: maskConfig,
  unmask: unmaskConfig,
  check,
  list,
  read,
};

export { POSTGRES_QUERIES } from './queries.ts';
