// The health check of a container: ends with 0 when the process in it says that it is ready. `client` asks the web client instead of the router.
// oxlint-disable-next-line node/no-process-env -- runs every few seconds, so it loads nothing: not the settings' schema either
const { CLIENT_PORT, PORT, WORKER_PORT } = process.env;
const port = process.argv[2] === 'client' ? CLIENT_PORT || 3000 : WORKER_PORT || PORT || 4000;
fetch(`http://127.0.0.1:${port}/health/ready`, { signal: AbortSignal.timeout(4_000) }).then(
  ({ ok }) => (process.exitCode = ok ? 0 : 1),
  () => (process.exitCode = 1),
);
