/** Loaded before scenarios: they run with router, subgraphs and worker as processes of their own. */
import { vi } from 'vitest';
import { shape } from '../world.ts';

shape.isSeparate = true;
vi.setConfig({ hookTimeout: 150_000, testTimeout: 60_000 });
