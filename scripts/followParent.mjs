// Loaded before a command: when the script that started it is gone, even by kill -9, the command is asked to stop.
// Helpers that the command forks inherit this, and stop with it; but they live by their channel: one that lets go of it ends before it was
// asked anything.
if (process.channel) {
  const isHelper = process.env.PURSIGHT_COMMAND_PID === String(process.ppid);
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  if (!isHelper) process.channel.unref();
}
process.env.PURSIGHT_COMMAND_PID = String(process.pid);
