// Loaded before a command: when the script that started it is gone, even by kill -9, the command is asked to stop.
if (process.channel) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
}
