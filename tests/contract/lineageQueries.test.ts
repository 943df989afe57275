import { describeLineageQueries } from './lineageQueries.test-suite.ts';

describeLineageQueries('PostgreSQL', { environment: () => ({}), settled: async () => {} });
