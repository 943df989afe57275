import { Router } from 'express';
import type { Logger } from '#platform/logger.ts';
export function createPlayground(_deps: { logger: Logger }): Router { return Router(); }
