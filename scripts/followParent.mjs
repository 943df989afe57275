// Loaded before a command: when the script that started it is gone, even by kill -9, the command is asked to stop.
// Helpers that the command forks inherit this; they live by their channel, and one that lets go of it ends before it was asked anything.
if (process.channel && !process.argv[1]?.includes('jest-worker')) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
}
