// Loaded before a script that run.js started: ends it, as SIGTERM would, when run.js is gone. Signals that nobody can
// pass on (kill -9 of the outer Node) would otherwise leave a server running that nobody knows of.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
// A script that has nothing left to do still ends by itself.
process.channel?.unref()
