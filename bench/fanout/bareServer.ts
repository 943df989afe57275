/** What no server of sockets does without: these texts to all of them, by `ws` alone. Told by its parent when. */
import { WebSocketServer, type WebSocket } from 'ws';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
const sockets: WebSocket[] = [];
server.on('connection', (ws) => sockets.push(ws));
server.once('listening', () => process.send!({ result: (server.address() as { port: number }).port }));

process.on('message', (texts: readonly string[]) => {
  const at = performance.timeOrigin + performance.now();
  // None: to tell how it is.
  if (texts.length > 0) for (const [index, ws] of sockets.entries()) ws.send(texts[index % texts.length]!);
  const { user, system } = process.cpuUsage();
  process.send!({ result: { at, memory: process.memoryUsage.rss(), processor: (user + system) / 1_000_000 } });
});
