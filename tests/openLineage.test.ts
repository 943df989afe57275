import { describeOpenLineage } from './openLineage.test-suite.ts';

describeOpenLineage('PostgreSQL', { environment: () => ({}), settled: async () => {} });
