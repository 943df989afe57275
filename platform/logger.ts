/** Structured logs. One child logger for each module; a fixed message and fields, never a secret. Each line tells which request, job or run it belongs to. */
import { pino, type Logger, type DestinationStream } from 'pino';
import pretty from 'pino-pretty';
import { currentTrace } from './trace.ts';

export type { Logger } from 'pino';

export type LoggerOptions = { level: string; format: 'pretty' | 'json'; destination?: DestinationStream };

/** Field names whose values never reach a log, at any of the depths that our code logs. */
const SECRET_FIELDS = ['password', 'secret', 'token', 'accessToken', 'refreshToken', 'authorization', 'url'];

export function createLogger({ level, format, destination }: LoggerOptions): Logger {
  const redact = {
    paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
    censor: '***',
  };
  const options = { level, redact, base: undefined, mixin: () => ({ ...currentTrace() }) };
  if (destination) return pino(options, destination);
  if (format === 'pretty') {
    return pino(options, pretty({ colorize: process.stdout.isTTY, ignore: 'pid,hostname', translateTime: 'HH:MM:ss' }));
  }
  return pino(options);
}
