#!/usr/bin/env node
// The command line: goes on under the project's own Node. It must be readable by old versions of Node too.
var major = parseInt(process.versions.node, 10);
if (major < 20) {
  console.error('PurSight needs Node.js 20 or later; this is Node.js ' + process.versions.node + '.');
  process.exit(1);
}
import('../scripts/projectNode.mjs').then(function (node) {
  return node.runCommandLine(process.argv.slice(2));
});
