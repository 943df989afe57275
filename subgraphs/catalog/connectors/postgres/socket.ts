/** The way to the server: DNS, TCP and TLS, each failing with an error of its own, all under one limit of time. */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Target } from './config.ts';

/** Length 8 and the code 80877103: asks whether the server speaks TLS; it answers with one byte, `S` or `N`. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** The server speaks no TLS although the config asks for it. */
export class TlsRefused extends Error {}
/** TLS was begun and failed: a certificate, a name, a protocol. */
export class TlsFailed extends Error {}
/** The other side did not answer in time. */
export class NoAnswer extends Error {}

/** Connects. `limit` ends the attempt, and the socket whenever it aborts later. */
export async function dial(target: Target, limit: AbortSignal): Promise<Socket> {
  limit.throwIfAborted();
  const socket = connectTcp({ host: target.host, port: target.port, noDelay: true });
  // Whoever waits for the socket hears of an error; under TLS nobody listens to the socket beneath, and an error unheard ends the process.
  socket.on('error', () => {});
  const stop = () => socket.destroy(limit.reason as Error);
  limit.addEventListener('abort', stop, { once: true });
  socket.once('close', () => limit.removeEventListener('abort', stop));
  try {
    await happens(socket, 'connect');
    if (target.ssl === 'disable') return socket;
    socket.write(SSL_REQUEST);
    const answer = (await happens(socket, 'data')) as Buffer;
    // More than one byte in plain text would be someone in the middle who wants it taken for encrypted.
    if (answer.length === 1 && answer[0] === 0x53) return await secure(socket, target);
    if (target.ssl === 'prefer' && answer.length === 1 && answer[0] === 0x4e) return socket;
    throw new TlsRefused('the server does not speak TLS');
  } catch (error) {
    socket.destroy();
    throw limit.aborted ? limit.reason : error;
  }
}

async function secure(socket: Socket, target: Target): Promise<Socket> {
  const verified = target.ssl === 'verify-ca' || target.ssl === 'verify-full';
  let encrypted: Socket | undefined;
  try {
    encrypted = connectTls({
      socket,
      host: target.host,
      ...(isIP(target.host) ? {} : { servername: target.host }),
      ...(target.ca === null ? {} : { ca: target.ca }),
      rejectUnauthorized: verified,
      ...(target.ssl === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
    });
    await happens(encrypted, 'secureConnect');
    return encrypted;
  } catch (error) {
    encrypted?.on('error', () => {}); // Told already.
    encrypted?.destroy();
    throw new TlsFailed('TLS failed', { cause: error });
  }
}

/** Waits for one event. `events.once` would wait for ever when the other side closes without an error. */
function happens(socket: Socket, event: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const closed = () => settle(() => reject(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' })));
    const failed = (error: Error) => settle(() => reject(error));
    const happened = (value: unknown) => settle(() => resolve(value));
    const settle = (then: () => void) => {
      socket.off('close', closed).off('error', failed).off(event, happened);
      then();
    };
    socket.once('close', closed).once('error', failed).once(event, happened);
  });
}
