#!/usr/bin/env node
// The first script of every npm command. It runs on whatever Node the machine has, old ones included: they must be able to read it.
var major = parseInt(process.versions.node, 10);
if (major < 20) {
  console.error(
    'PurSight needs Node.js 20 or later to start (it brings its own Node 24 along); this is Node.js ' + process.versions.node + '.',
  );
  process.exit(1);
}
import('./commands.mjs').then(function (commands) {
  return commands.run(process.argv[2], process.argv.slice(3));
});
