/** The connectors: one line for each. */
import { postgres } from './postgres/index.ts';
import type { Connector } from './types.ts';

export const CONNECTORS: readonly Connector[] = [postgres];
